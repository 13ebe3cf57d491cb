import type { ProbeExtras } from '../dialects/dialect-adapter.js';
import { dialectsFor } from '../dialects/dialects.js';
import { ProviderError } from '../errors/provider-error.js';
import type { AdaptingAnswer } from '../learning/adapting-answer.js';
import type {
  CarriedItem,
  ProbeResult,
  ProviderCapabilities,
  ProviderConnection,
  ProviderDialect,
  ProviderModel,
  ProviderRequest,
  ProviderToolCall,
} from '../provider.types.js';
import {
  BLUE_SQUARE,
  conversation,
  defaultCapabilities,
  OK_SCHEMA,
  withImage,
  withSchema,
  withTool,
} from './probe-requests.js';

type BareConnection = Omit<ProviderConnection, 'dialect' | 'capabilities'>;
type Open = (request: ProviderRequest, signal: AbortSignal, extras?: ProbeExtras) => AdaptingAnswer;

interface Collected {
  text: string;
  calls: (ProviderToolCall | CarriedItem)[];
  reportedUsage: boolean;
  cut: boolean;
  streamed: boolean;
  milliseconds: number;
}

/** A dialect in which the service holds a conversation. */
interface Spoken {
  connection: ProviderConnection;
  latencyMs: number;
}

const MOST_CANDIDATES = 3;
/** Models that a list also holds, but that do not chat. */
const NOT_FOR_CHAT =
  /embed|whisper|tts|transcri|translat|audio|realtime|image|dall-e|sora|moderation|rerank|guard|search|davinci|babbage|instruct$/i;
/** One probe of one service. It ends when the answers are in, or when its time is up; what stays unknown counts as working. */
export class CapabilityProbe {
  private readonly deadline: AbortSignal;

  constructor(
    private readonly open: Open,
    private readonly list: (signal: AbortSignal) => Promise<ProviderModel[]>,
    private readonly limits: { callTimeoutMs: number; timeoutMs: number },
  ) {
    this.deadline = AbortSignal.timeout(limits.timeoutMs);
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
      models: [],
      probedModel: null,
      latencyMs: null,
      problem: null,
    };
    try {
      result.models = await this.models(preferredModel);
      const candidates = preferredModel ? [preferredModel] : chatModels(result.models);
      if (candidates.length === 0) {
        result.reachable = true;
        throw new ProviderError('PROVIDER_MODEL_NOT_FOUND', {
          detail: 'The service lists no model, and none was named.',
        });
      }
      await this.speak(connection, dialects, candidates, result);
    } catch (error) {
      const failure = asProviderError(error);
      result.reachable ||= !NO_ANSWER.has(failure.code);
      result.problem = { code: failure.code, detail: failure.message };
    }
    return result;
  }

  /** A key may be allowed to chat and not to list, and not every service has a list. */
  private async models(preferredModel: string | null): Promise<ProviderModel[]> {
    try {
      return await this.list(this.callSignal());
    } catch (error) {
      const failure = asProviderError(error);
      if (NO_ANSWER.has(failure.code) || failure.providerStatus === 401) throw failure;
      if (preferredModel === null && failure.code === 'PROVIDER_AUTH_FAILED') throw failure;
      return [];
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
      let best: Spoken | undefined;
      for (const dialect of dialects) {
        try {
          const spoken = await this.speakDialect({ ...bare, dialect, capabilities: defaultCapabilities() }, model);
          const { tools } = spoken.connection.capabilities;
          if (!best || tools) best = spoken;
          if (tools) break;
        } catch (error) {
          const failure = asProviderError(error);
          if (!telling || !isMissingRoute(failure)) telling = failure;
          if (FINAL.has(failure.code) || this.deadline.aborted) break;
        }
      }
      if (best) {
        const { connection, latencyMs } = best;
        const capabilities = await this.capabilities(connection, model);
        Object.assign(result, { reachable: true, dialect: connection.dialect, latencyMs, capabilities });
        return;
      }
      if (telling && (telling.code === 'PROVIDER_AUTH_FAILED' || FINAL.has(telling.code) || this.deadline.aborted))
        break;
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
        const answer = await this.collect(conversation(tried, model));
        const streaming = tried.capabilities.streaming && answer.streamed;
        const streamingUsage = streaming && answer.reportedUsage;
        const spoken = { ...connection, capabilities: { ...tried.capabilities, streaming, streamingUsage } };
        const tools = await this.callsTools(conversation(spoken, model));
        const capabilities = { ...spoken.capabilities, tools };
        return { connection: { ...spoken, capabilities }, latencyMs: answer.milliseconds };
      } catch (error) {
        failure = asProviderError(error);
        if (!WORTH_A_SIMPLER_CALL.has(failure.code) || isMissingRoute(failure)) break;
      }
    }
    throw failure;
  }

  /** A call of a tool, and an answer once its result has been sent back. Some services refuse to be told to call one. */
  private async callsTools(request: ProviderRequest): Promise<boolean> {
    const asked = withTool(request);
    for (const forceTool of [true, false]) {
      try {
        const { calls, cut } = await this.collect(asked, { forceTool });
        if (cut) return true;
        const results = calls.flatMap((call) =>
          call.type === 'tool_call' ? [{ type: 'tool_result' as const, callId: call.callId, output: 'pong' }] : [],
        );
        if (results.length === 0) continue;
        await this.collect({ ...asked, items: [...asked.items, ...calls, ...results] });
        return true;
      } catch (error) {
        if (SAYS_NOTHING.has(asProviderError(error).code)) return true;
      }
    }
    return false;
  }

  private async capabilities(connection: ProviderConnection, model: string): Promise<ProviderCapabilities> {
    const request = conversation(connection, model);
    const [jsonSchema, images] = await Promise.all([
      this.honours(withSchema(request), { jsonSchema: OK_SCHEMA }, (answer) => isOkObject(answer.text)),
      this.honours(withImage(request), { imageUrl: BLUE_SQUARE }, () => true),
    ]);
    return { ...connection.capabilities, jsonSchema, images };
  }

  private async honours(
    request: ProviderRequest,
    extras: ProbeExtras,
    shows: (answer: Collected) => boolean,
  ): Promise<boolean> {
    try {
      const answer = await this.collect(request, extras);
      return answer.cut || shows(answer);
    } catch (error) {
      return SAYS_NOTHING.has(asProviderError(error).code);
    }
  }

  private async collect(request: ProviderRequest, extras?: ProbeExtras): Promise<Collected> {
    const startedAt = performance.now();
    const answer = this.open(request, this.callSignal(), extras);
    const collected: Pick<Collected, 'text' | 'calls' | 'reportedUsage'> = {
      text: '',
      calls: [],
      reportedUsage: false,
    };
    for await (const event of answer) {
      if (event.type === 'text') collected.text += event.text;
      else if (event.type === 'usage') collected.reportedUsage = true;
      else if (event.type !== 'done') collected.calls.push(event);
      else {
        const milliseconds = Math.round(performance.now() - startedAt);
        return { ...collected, cut: event.reason === 'length', streamed: answer.streamed, milliseconds };
      }
    }
    throw new ProviderError('PROVIDER_TIMEOUT', { detail: 'The model service did not answer the probe in time.' });
  }

  private callSignal(): AbortSignal {
    return AbortSignal.any([this.deadline, AbortSignal.timeout(this.limits.callTimeoutMs)]);
  }
}

type Codes = ReadonlySet<ProviderError['code']>;
const NO_ANSWER: Codes = new Set(['PROVIDER_UNREACHABLE', 'PROVIDER_TIMEOUT']);
const FINAL: Codes = new Set(['PROVIDER_UNREACHABLE', 'PROVIDER_RATE_LIMITED', 'PROVIDER_QUOTA_EXCEEDED']);
const WORTH_A_SIMPLER_CALL: Codes = new Set(['PROVIDER_REQUEST_REJECTED', 'PROVIDER_MALFORMED', 'PROVIDER_INCOMPLETE']);
const SAYS_NOTHING: Codes = new Set([...NO_ANSWER, 'PROVIDER_RATE_LIMITED', 'PROVIDER_QUOTA_EXCEEDED']);

function chatModels(models: ProviderModel[]): string[] {
  const today = new Date().toISOString();
  const living = models.filter(({ shutdownDate }) => shutdownDate === null || shutdownDate > today).map(({ id }) => id);
  const chatting = living.filter((id) => !NOT_FOR_CHAT.test(id));
  return (chatting.length > 0 ? chatting : living).slice(0, MOST_CANDIDATES);
}

const isMissingRoute = ({ code, providerStatus }: ProviderError): boolean =>
  code === 'PROVIDER_REQUEST_REJECTED' && (providerStatus === 404 || providerStatus === 405);

function isOkObject(text: string): boolean {
  try {
    const answer: { ok?: unknown } | null = JSON.parse(text);
    return typeof answer?.ok === 'boolean';
  } catch {
    return false;
  }
}

const asProviderError = (error: unknown): ProviderError =>
  error instanceof ProviderError
    ? error
    : new ProviderError('PROVIDER_ERROR', { detail: 'The probe failed.', retryable: false, cause: error });
