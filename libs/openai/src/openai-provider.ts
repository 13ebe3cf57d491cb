import { traceHeaders } from '@app/common';
import { Inject, Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { credentialsOf, secretsOf } from './connection/credentials.js';
import { newDispatcher, type ProxySettings } from './connection/dispatcher.js';
import { EntraTokens } from './connection/entra-tokens.js';
import { routeTo } from './connection/routes.js';
import { AnswerStream } from './stream/answer-stream.js';
import { CapabilityProbe } from './probe/capability-probe.js';
import type { ProbeExtras } from './dialects/dialect-adapter.js';
import { DIALECTS } from './dialects/dialects.js';
import { fitting } from './dialects/conversation.js';
import { withShownAttachments } from './dialects/attachments.js';
import { itemsFor, originOf } from './dialects/origin.js';
import { addFields, leaveOut, putParameters } from './dialects/parameters.js';
import { AdaptingAnswer } from './learning/adapting-answer.js';
import { fieldsOf, learn } from './learning/lessons.js';
import { NO_ADJUSTMENTS, ServiceMemory } from './learning/service-memory.js';
import { type AskedParameters, type RefusedParameter, refusedParameters } from './learning/refused-parameters.js';
import { fetchModels } from './probe/model-list.js';
import { ProviderError } from './errors/provider-error.js';
import type {
  Adjustments,
  AnswerWatch,
  BareConnection,
  ProbeResult,
  ProviderDialect,
  ProviderEvent,
  ProviderModelList,
  ProviderRequest,
} from './provider.types.js';

export interface OpenAiProviderOptions {
  connectTimeoutMs?: number;
  /** Until a streamed answer begins. */
  headersTimeoutMs?: number;
  /** The longest silence within a streamed answer. */
  bodyIdleTimeoutMs?: number;
  /** Until an answer that is not streamed arrives. */
  wholeAnswerTimeoutMs?: number;
  /** How long an unused connection is kept. */
  keepAliveMs?: number;
  /** For one call of the probe, for the list of models, and for a token. */
  probeCallTimeoutMs?: number;
  /** For the whole probe. */
  probeTimeoutMs?: number;
  proxy?: ProxySettings | null;
}

export const OPENAI_PROVIDER_OPTIONS = Symbol('OPENAI_PROVIDER_OPTIONS');

const DEFAULTS: Required<OpenAiProviderOptions> = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 60_000,
  bodyIdleTimeoutMs: 120_000,
  wholeAnswerTimeoutMs: 300_000,
  keepAliveMs: 15_000,
  probeCallTimeoutMs: 6_000,
  probeTimeoutMs: 20_000,
  proxy: null,
};

/** What a key may consist of so that a header can carry it. */
const HEADER_VALUE = /^[\x21-\x7e]+$/;

/** One call of a service, with what it needs until its answer begins. */
interface Call {
  request: ProviderRequest;
  signal: AbortSignal;
  extras?: ProbeExtras;
  /** With which it was made last, and whether that was the second one. */
  token: string | null;
  isRenewed: boolean;
}

/**
 * The only way to a model service. One attempt per call: whether a failure is worth another one is in the `ProviderError`,
 * and the turn decides.
 */
@Injectable()
export class OpenAiProvider implements OnApplicationShutdown {
  private readonly options: Required<OpenAiProviderOptions>;
  private readonly dispatcher: Dispatcher;
  private readonly tokens: EntraTokens;
  private readonly memory = new ServiceMemory();

  constructor(@Optional() @Inject(OPENAI_PROVIDER_OPTIONS) options?: OpenAiProviderOptions) {
    this.options = { ...DEFAULTS, ...options };
    this.dispatcher = newDispatcher(this.options, this.options.proxy);
    this.tokens = new EntraTokens(this.dispatcher, this.options.probeCallTimeoutMs);
  }

  /**
   * Streams one answer. Throws a `ProviderError` when anything goes wrong; an abort by the signal ends the iteration without
   * an error and closes the connection, as does leaving the loop early.
   */
  stream(request: ProviderRequest, signal: AbortSignal): AsyncIterable<ProviderEvent> {
    return { [Symbol.asyncIterator]: () => this.ask(request, signal) };
  }

  /** The models a service lists, newest first. Throws a `ProviderError`. */
  async listModels(connection: BareConnection, signal?: AbortSignal): Promise<ProviderModelList> {
    const token = connection.entra ? await this.tokens.get(connection.entra) : null;
    const { dispatcher, options } = this;
    return fetchModels(connection, { token, dispatcher, timeoutMs: options.probeCallTimeoutMs, signal });
  }

  /**
   * Finds out which dialect a service speaks and what it honours, by holding a short conversation with it, within 20 seconds. A service
   * that fails is a result with a `problem`, not an error. Only the given dialects are tried, if any are.
   * @param watch sees the answer of every call, so that they can be booked
   */
  async probe(
    connection: BareConnection,
    preferredModel: string | null,
    dialects?: readonly ProviderDialect[],
    watch: AnswerWatch = (_request, answer) => answer,
  ): Promise<ProbeResult> {
    const { probeCallTimeoutMs, probeTimeoutMs } = this.options;
    this.memory.forget(connection.baseUrl);
    const result = await new CapabilityProbe(
      (request, signal, extras) => this.ask(request, signal, extras),
      (signal) => this.listModels(connection, signal),
      { callTimeoutMs: probeCallTimeoutMs, timeoutMs: probeTimeoutMs },
      watch,
    ).run(connection, preferredModel, dialects);
    const { dialect, probedModel: model, capabilities } = result;
    if (dialect === null || model === null) return result;
    const learned = this.memory.recall({ connection: { ...connection, dialect, capabilities }, model });
    return learned === NO_ADJUSTMENTS
      ? result
      : { ...result, capabilities: { ...capabilities, adjustments: { [model]: learned } } };
  }

  /** Which of the parameters the service is known not to take: by its dialect, by its probe, or because it has refused them since. */
  refusalsOf(place: Pick<ProviderRequest, 'connection' | 'model'>, asked: AskedParameters): RefusedParameter[] {
    return refusedParameters(place.connection.dialect, this.memory.recall(place).omitted, asked);
  }

  /** Not before running answers have had their time to finish. */
  async onApplicationShutdown(): Promise<void> {
    await this.dispatcher.destroy();
  }

  private ask(request: ProviderRequest, signal: AbortSignal, extras?: ProbeExtras): AdaptingAnswer {
    const call: Call = { request, signal, extras, token: null, isRenewed: false };
    return new AdaptingAnswer(
      {
        open: (adjusted) => this.open(call, adjusted),
        learn: ({ refusal }, { code }, adjusted) => {
          if (refusal.status === 401 && this.dropToken(call)) return adjusted;
          const sent = fieldsOf(bodyOf(request, adjusted, extras), request);
          return learn({ ...refusal, code, request, sent }, adjusted);
        },
        remember: (adjusted) => this.memory.remember(request, adjusted),
      },
      this.memory.recall(request),
    );
  }

  private open(call: Call, adjustments: Adjustments): AnswerStream {
    const { connection } = call.request;
    const secrets = secretsOf(connection);
    const answer = new AnswerStream(DIALECTS[connection.dialect], secrets, call.signal, originOf(call.request));
    if (answer.queue.settled) return answer;
    if (connection.apiKey && !HEADER_VALUE.test(connection.apiKey)) {
      const detail = 'The key holds characters that a key cannot have.';
      answer.queue.fail(new ProviderError('PROVIDER_AUTH_FAILED', { detail }));
      return answer;
    }
    const send = (token: string | null): void => {
      call.token = token;
      if (token !== null) secrets.push(token);
      if (!answer.queue.settled) this.send(call, adjustments, answer);
    };
    const token = connection.entra ? this.tokens.get(connection.entra) : null;
    if (token instanceof Promise) token.then(send, (error: unknown) => answer.queue.fail(error as ProviderError));
    else send(token);
    return answer;
  }

  private send({ request, extras, token }: Call, adjustments: Adjustments, answer: AnswerStream): void {
    const { connection, model } = request;
    const adapter = DIALECTS[connection.dialect];
    const { streaming } = connection.capabilities;
    this.dispatcher.dispatch(
      {
        ...routeTo(connection, adapter.path, model),
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: streaming ? 'text/event-stream' : 'application/json',
          'user-agent': 'baton',
          ...traceHeaders(),
          ...credentialsOf(connection, adapter, token),
        },
        body: JSON.stringify(bodyOf(request, adjustments, extras)),
        headersTimeout: streaming ? this.options.headersTimeoutMs : this.options.wholeAnswerTimeoutMs,
        bodyTimeout: this.options.bodyIdleTimeoutMs,
      },
      answer,
    );
  }

  /** True once for a call whose token was refused: another token may be taken. */
  private dropToken(call: Call): boolean {
    const { entra } = call.request.connection;
    if (!entra || call.token === null || call.isRenewed) return false;
    call.isRenewed = true;
    this.tokens.drop(entra, call.token);
    return true;
  }
}

function bodyOf(request: ProviderRequest, adjustments: Adjustments, extras?: ProbeExtras): Record<string, unknown> {
  const { contextTokens, omitted } = adjustments;
  const { capabilities, dialect } = request.connection;
  const adapter = DIALECTS[dialect];
  const own = { ...request, items: itemsFor(request, omitted) };
  const addressed = { ...own, items: withShownAttachments(own, omitted) };
  const fitted = contextTokens === null ? addressed : fitting(addressed, contextTokens);
  const body = adapter.body(fitted, { ...extras, streamed: capabilities.streaming, adjustments });
  putParameters(body, adapter.places, request.parameters ?? {});
  addFields(body, request.extraBody ?? {});
  for (const field of omitted) leaveOut(body, field);
  return body;
}
