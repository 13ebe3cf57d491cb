import { learnParameters } from './probe-parameters.js';
import { MODEL_DIALECTS, type CapabilityMatrix, type Finding } from '@app/contracts';
import { dialectsFor } from '../dialects/dialects.js';
import { ProviderError } from '../errors/provider-error.js';
import type {
  AnswerWatch,
  ProbeResult,
  ProviderCapabilities,
  ProviderConnection,
  ProviderDialect,
  ProviderModel,
  ProviderModelList,
  ProviderRequest,
} from '../provider.types.js';
import { checkImages, checkJsonSchema, checkParallelTools, checkTools } from './capability-checks.js';
import { asProviderError, findingOf, no, unknown, YES } from './findings.js';
import { emptyMatrix, flagsOf } from './matrix.js';
import { ProbeCalls, type Collected, type Open, type ProbeLimits } from './probe-calls.js';
import { conversation, defaultCapabilities } from './probe-requests.js';

type BareConnection = Omit<ProviderConnection, 'dialect' | 'capabilities'>;
type Lines = CapabilityMatrix['capabilities'];

/** A dialect in which the service holds a conversation. */
interface Spoken {
  connection: ProviderConnection;
  latencyMs: number;
  lines: Omit<Lines, 'parallelTools' | 'jsonSchema' | 'images'>;
}

const MOST_CANDIDATES = 3;
/** Models that a list also holds, but that do not chat. */
const NOT_FOR_CHAT =
  /embed|whisper|tts|transcri|translat|audio|realtime|image|dall-e|sora|moderation|rerank|guard|search|davinci|babbage|instruct$/i;

/** One probe of one service. It ends when the answers are in, or when its time is up; what stays unknown counts as working. */
export class CapabilityProbe {
  private readonly calls: ProbeCalls;

  constructor(
    open: Open,
    private readonly list: (signal: AbortSignal) => Promise<ProviderModelList>,
    limits: ProbeLimits,
    watch: AnswerWatch,
  ) {
    this.calls = new ProbeCalls(open, limits, watch);
  }

  async run(
    connection: BareConnection,
    preferredModel: string | null,
    dialects: readonly ProviderDialect[] = dialectsFor(connection.baseUrl),
  ): Promise<ProbeResult> {
    const result: ProbeResult = {
      reachable: false,
      dialect: null,
      capabilities: defaultCapabilities(),
      matrix: emptyMatrix(),
      list: null,
      probedModel: null,
      latencyMs: null,
      problem: null,
    };
    try {
      result.list = await this.models(preferredModel);
      const models = result.list?.models ?? [];
      const candidates = preferredModel ? [preferredModel] : chatModels(models);
      if (candidates.length === 0) {
        result.reachable = true;
        throw new ProviderError('PROVIDER_MODEL_NOT_FOUND', {
          detail: 'The service lists no model, and none was named.',
        });
      }
      await this.speak(connection, dialects, candidates, result);
      const model = models.find(({ id }) => id === result.probedModel);
      result.matrix.contextTokens = model?.contextTokens ?? null;
    } catch (error) {
      const failure = asProviderError(error);
      result.reachable ||= !NO_ANSWER.has(failure.code);
      result.problem = { code: failure.code, detail: failure.message };
    }
    return result;
  }

  /** A key may be allowed to chat and not to list, and not every service has a list. */
  private async models(preferredModel: string | null): Promise<ProviderModelList | null> {
    try {
      return await this.list(this.calls.signal());
    } catch (error) {
      const failure = asProviderError(error);
      if (NO_ANSWER.has(failure.code) || failure.providerStatus === 401) throw failure;
      if (preferredModel === null && failure.code === 'PROVIDER_AUTH_FAILED') throw failure;
      return null;
    }
  }

  private async speak(
    bare: BareConnection,
    dialects: readonly ProviderDialect[],
    candidates: string[],
    result: ProbeResult,
  ): Promise<void> {
    let telling: ProviderError | undefined;
    for (const model of candidates) {
      result.probedModel = model;
      result.matrix.endpoints = emptyMatrix().endpoints;
      let best: Spoken | undefined;
      for (const dialect of dialects) {
        try {
          const spoken = await this.speakDialect({ ...bare, dialect, capabilities: defaultCapabilities() }, model);
          result.matrix.endpoints[dialect] = YES;
          const callsTools = spoken.lines.tools.support !== 'no';
          if (!best || callsTools) best = spoken;
          if (callsTools) break;
        } catch (error) {
          const failure = asProviderError(error);
          result.matrix.endpoints[dialect] = findingOf(failure);
          if (!telling || !isMissingRoute(failure)) telling = failure;
          if (FINAL.has(failure.code) || this.calls.isOver) break;
        }
      }
      if (best) return this.complete(best, model, dialects, result);
      if (telling && (telling.code === 'PROVIDER_AUTH_FAILED' || FINAL.has(telling.code) || this.calls.isOver)) break;
    }
    throw telling;
  }

  /** A short conversation, with less and less asked of the service as long as it refuses, and then one with a tool. */
  private async speakDialect(connection: ProviderConnection, model: string): Promise<Spoken> {
    const variants: Partial<ProviderCapabilities>[] = [{}];
    if (connection.dialect === 'chat_completions') variants.push({ streamingUsage: false });
    variants.push({ streaming: false, streamingUsage: false });
    let failure: ProviderError | undefined;
    for (const variant of variants) {
      const tried = { ...connection, capabilities: { ...connection.capabilities, ...variant } };
      try {
        const answer = await this.calls.collect(conversation(tried, model));
        const streamed = streamingLines(answer, tried.capabilities, failure);
        const spoken = { ...connection, capabilities: { ...connection.capabilities, ...flagsOf(streamed) } };
        const tools = await checkTools(this.calls, conversation(spoken, model));
        return {
          connection: spoken,
          latencyMs: answer.milliseconds,
          lines: { ...streamed, history: YES, ...tools },
        };
      } catch (error) {
        failure = asProviderError(error);
        if (!WORTH_A_SIMPLER_CALL.has(failure.code) || isMissingRoute(failure)) break;
      }
    }
    throw failure;
  }

  /** What is left to find out once the dialect is chosen. Two calls at a time: small servers answer one by one. */
  private async complete(
    { connection, latencyMs, lines }: Spoken,
    model: string,
    dialects: readonly ProviderDialect[],
    result: ProbeResult,
  ): Promise<void> {
    const request = conversation(connection, model);
    const { endpoints, capabilities } = result.matrix;
    Object.assign(capabilities, lines);
    const checkTheRest = async (): Promise<void> => {
      capabilities.jsonSchema = await checkJsonSchema(this.calls, request);
      capabilities.images = await checkImages(this.calls, request);
    };
    const checkOthers = async (): Promise<void> => {
      capabilities.parallelTools = await checkParallelTools(this.calls, request, lines.tools);
      for (const dialect of MODEL_DIALECTS) {
        if (endpoints[dialect].code !== null || endpoints[dialect].support === 'yes') continue;
        endpoints[dialect] = dialects.includes(dialect) ? await this.checkDialect(request, dialect) : NOT_CHOSEN;
      }
    };
    await Promise.all([checkTheRest(), checkOthers()]);
    await learnParameters(this.calls, request);
    result.matrix.firstTokenMs = this.calls.firstTokenMs;
    Object.assign(result, {
      reachable: true,
      dialect: connection.dialect,
      latencyMs,
      capabilities: { ...connection.capabilities, ...flagsOf(capabilities) },
    });
  }

  private async checkDialect(request: ProviderRequest, dialect: ProviderDialect): Promise<Finding> {
    const capabilities = defaultCapabilities();
    try {
      await this.calls.collect({ ...request, connection: { ...request.connection, dialect, capabilities } });
      return YES;
    } catch (error) {
      return findingOf(error);
    }
  }
}

const NOT_CHOSEN = unknown('Not tried: another dialect was chosen.');

function streamingLines(
  answer: Collected,
  asked: ProviderCapabilities,
  refusal: ProviderError | undefined,
): Pick<Lines, 'streaming' | 'streamingUsage'> {
  if (!asked.streaming) return both(findingOf(refusal));
  if (!answer.streamed) return both(no('The service answers in one piece.'));
  if (answer.reportedUsage) return both(YES);
  const streamingUsage = asked.streamingUsage ? no('The streamed answer ended without its usage.') : findingOf(refusal);
  return { streaming: YES, streamingUsage };
}

const both = (finding: Finding): Pick<Lines, 'streaming' | 'streamingUsage'> => ({
  streaming: finding,
  streamingUsage: finding,
});

type Codes = ReadonlySet<ProviderError['code']>;
const NO_ANSWER: Codes = new Set(['PROVIDER_UNREACHABLE', 'PROVIDER_TIMEOUT']);
const FINAL: Codes = new Set(['PROVIDER_UNREACHABLE', 'PROVIDER_RATE_LIMITED', 'PROVIDER_QUOTA_EXCEEDED']);
const WORTH_A_SIMPLER_CALL: Codes = new Set(['PROVIDER_REQUEST_REJECTED', 'PROVIDER_MALFORMED', 'PROVIDER_INCOMPLETE']);

function chatModels(models: ProviderModel[]): string[] {
  const today = new Date().toISOString();
  const living = models.filter(({ shutdownDate }) => shutdownDate === null || shutdownDate > today).map(({ id }) => id);
  const chatting = living.filter((id) => !NOT_FOR_CHAT.test(id));
  return (chatting.length > 0 ? chatting : living).slice(0, MOST_CANDIDATES);
}

const isMissingRoute = ({ code, providerStatus }: ProviderError): boolean =>
  code === 'PROVIDER_REQUEST_REJECTED' && (providerStatus === 404 || providerStatus === 405);
