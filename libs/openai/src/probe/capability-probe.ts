import type { AnswerStream } from '../stream/answer-stream.js';
import type { ProbeExtras } from '../dialects/dialect-adapter.js';
import { ProviderError } from '../errors/provider-error.js';
import type {
  ProbeResult,
  ProviderCapabilities,
  ProviderConnection,
  ProviderDialect,
  ProviderModel,
  ProviderRequest,
  ProviderTool,
} from '../provider.types.js';

type BareConnection = Omit<ProviderConnection, 'dialect' | 'capabilities'>;
type Open = (request: ProviderRequest, signal: AbortSignal, extras?: ProbeExtras) => AnswerStream;

interface Collected {
  text: string;
  calledTool: boolean;
  reportedUsage: boolean;
  cut: boolean;
  streamed: boolean;
  milliseconds: number;
}

interface Spoken {
  connection: ProviderConnection;
  latencyMs: number;
}

/** Everything is taken to work until a service shows that it does not. */
export const defaultCapabilities = (): ProviderCapabilities => ({
  streaming: true,
  streamingUsage: true,
  tools: true,
  jsonSchema: true,
  images: true,
});

const DIALECTS: ProviderDialect[] = ['responses', 'chat_completions'];
const MOST_CANDIDATES = 3;
/** Models that a list also holds, but that do not chat. */
const NOT_FOR_CHAT =
  /embed|whisper|tts|transcri|translat|audio|realtime|image|dall-e|sora|moderation|rerank|guard|search|davinci|babbage|instruct$/i;
/** The least that every service accepts as a limit. */
const FEW_TOKENS = 16;
const SOME_TOKENS = 256;

const PING: ProviderTool = {
  name: 'ping',
  description: 'Answers with pong.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
};
const OK_SCHEMA = {
  type: 'object',
  properties: { ok: { type: 'boolean' } },
  required: ['ok'],
  additionalProperties: false,
};
const BLUE_SQUARE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR42mOwqbhBU8QwasGoBaMWjFowasGoBaMWjFowasGoBaMWDBULAM6+MFuj2sCtAAAAAElFTkSuQmCC';

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

  async run(connection: BareConnection, preferredModel: string | null): Promise<ProbeResult> {
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
      await this.speak(connection, candidates, result);
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

  private async speak(bare: BareConnection, candidates: string[], result: ProbeResult): Promise<void> {
    let telling: ProviderError | undefined;
    for (const model of candidates) {
      result.probedModel = model;
      for (const dialect of DIALECTS) {
        try {
          const { connection, latencyMs } = await this.speakDialect(
            { ...bare, dialect, capabilities: defaultCapabilities() },
            model,
          );
          Object.assign(result, {
            reachable: true,
            dialect,
            latencyMs,
            capabilities: await this.capabilities(connection, model),
          });
          return;
        } catch (error) {
          const failure = asProviderError(error);
          if (FINAL.has(failure.code) || this.deadline.aborted) throw failure;
          if (!telling || !isMissingRoute(failure)) telling = failure;
        }
      }
      if (telling?.code === 'PROVIDER_AUTH_FAILED') break;
    }
    throw telling;
  }

  /** A minimal call, with less and less asked of the service as long as it refuses. */
  private async speakDialect(connection: ProviderConnection, model: string): Promise<Spoken> {
    const variants: Partial<ProviderCapabilities>[] = [{}];
    if (connection.dialect === 'chat_completions') variants.push({ streamingUsage: false });
    variants.push({ streaming: false, streamingUsage: false });
    let failure: ProviderError | undefined;
    for (const variant of variants) {
      const tried = { ...connection, capabilities: { ...connection.capabilities, ...variant } };
      try {
        const answer = await this.collect(minimalRequest(tried, model));
        const streaming = tried.capabilities.streaming && answer.streamed;
        const streamingUsage = streaming && answer.reportedUsage;
        const capabilities = { ...tried.capabilities, streaming, streamingUsage };
        return { connection: { ...connection, capabilities }, latencyMs: answer.milliseconds };
      } catch (error) {
        failure = asProviderError(error);
        if (!WORTH_A_SIMPLER_CALL.has(failure.code) || isMissingRoute(failure)) break;
      }
    }
    throw failure;
  }

  private async capabilities(connection: ProviderConnection, model: string): Promise<ProviderCapabilities> {
    const request = minimalRequest(connection, model);
    const [tools, jsonSchema, images] = await Promise.all([
      this.honours(
        { ...request, items: [say('Call the tool ping.')], tools: [PING], maxOutputTokens: SOME_TOKENS },
        { forceTool: true },
        (answer) => answer.calledTool,
      ),
      this.honours(
        { ...request, items: [say('Answer with {"ok": true}.')], maxOutputTokens: SOME_TOKENS },
        { jsonSchema: OK_SCHEMA },
        (answer) => isOkObject(answer.text),
      ),
      this.honours(request, { imageUrl: BLUE_SQUARE }, () => true),
    ]);
    return { ...connection.capabilities, tools, jsonSchema, images };
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
    const collected = { text: '', calledTool: false, reportedUsage: false };
    for await (const event of answer.queue) {
      if (event.type === 'text') collected.text += event.text;
      else if (event.type === 'tool_call') collected.calledTool = true;
      else if (event.type === 'usage') collected.reportedUsage = true;
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

const say = (text: string): ProviderRequest['items'][number] => ({ type: 'message', role: 'user', text });

const minimalRequest = (connection: ProviderConnection, model: string): ProviderRequest => ({
  connection,
  model,
  instructions: '',
  items: [say('Say OK.')],
  tools: [],
  temperature: null,
  maxOutputTokens: FEW_TOKENS,
});

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
