import { Inject, Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { Agent } from 'undici';
import { AnswerStream } from './stream/answer-stream.js';
import { CapabilityProbe } from './probe/capability-probe.js';
import type { ProbeExtras } from './dialects/dialect-adapter.js';
import { DIALECTS } from './dialects/dialects.js';
import { fitting } from './dialects/conversation.js';
import { addFields, leaveOut, putParameters } from './dialects/parameters.js';
import { AdaptingAnswer } from './learning/adapting-answer.js';
import { fieldsOf, learn } from './learning/lessons.js';
import { NO_ADJUSTMENTS, ServiceMemory } from './learning/service-memory.js';
import { type AskedParameters, type RefusedParameter, refusedParameters } from './learning/refused-parameters.js';
import { fetchModels } from './probe/model-list.js';
import { ProviderError } from './errors/provider-error.js';
import type {
  Adjustments,
  ProbeResult,
  ProviderConnection,
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
  /** For one call of the probe, and for the list of models. */
  probeCallTimeoutMs?: number;
  /** For the whole probe. */
  probeTimeoutMs?: number;
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
};

/** What a key may consist of so that a header can carry it. */
const HEADER_VALUE = /^[\x21-\x7e]+$/;
const REMEMBERED_BASES = 256;

export type BareConnection = Omit<ProviderConnection, 'dialect' | 'capabilities'>;

interface Base {
  origin: string;
  path: string;
}

/**
 * The only way to a model service. One attempt per call: whether a failure is worth another one is in the `ProviderError`,
 * and the turn decides.
 */
@Injectable()
export class OpenAiProvider implements OnApplicationShutdown {
  private readonly options: Required<OpenAiProviderOptions>;
  private readonly agent: Agent;
  private readonly bases = new Map<string, Base>();
  private readonly memory = new ServiceMemory();

  constructor(@Optional() @Inject(OPENAI_PROVIDER_OPTIONS) options?: OpenAiProviderOptions) {
    this.options = { ...DEFAULTS, ...options };
    this.agent = new Agent({
      keepAliveTimeout: this.options.keepAliveMs,
      connect: { timeout: this.options.connectTimeoutMs },
    });
  }

  /**
   * Streams one answer. Throws a `ProviderError` when anything goes wrong; an abort by the signal ends the iteration without
   * an error and closes the connection, as does leaving the loop early.
   */
  stream(request: ProviderRequest, signal: AbortSignal): AsyncIterable<ProviderEvent> {
    return { [Symbol.asyncIterator]: () => this.ask(request, signal) };
  }

  /** The models a service lists, newest first. Throws a `ProviderError`. */
  listModels(connection: BareConnection, signal?: AbortSignal): Promise<ProviderModelList> {
    return fetchModels(connection, this.options.probeCallTimeoutMs, signal);
  }

  /**
   * Finds out which dialect a service speaks and what it honours, by holding a short conversation with it, within 20 seconds. A service
   * that fails is a result with a `problem`, not an error. Only the given dialects are tried, if any are.
   */
  async probe(
    connection: BareConnection,
    preferredModel: string | null,
    dialects?: readonly ProviderDialect[],
  ): Promise<ProbeResult> {
    const { probeCallTimeoutMs, probeTimeoutMs } = this.options;
    this.memory.forget(connection.baseUrl);
    const result = await new CapabilityProbe(
      (request, signal, extras) => this.ask(request, signal, extras),
      (signal) => this.listModels(connection, signal),
      { callTimeoutMs: probeCallTimeoutMs, timeoutMs: probeTimeoutMs },
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
    await this.agent.destroy();
  }

  private ask(request: ProviderRequest, signal: AbortSignal, extras?: ProbeExtras): AdaptingAnswer {
    const adjustments = this.memory.recall(request);
    return new AdaptingAnswer(
      {
        open: (adjusted) => this.open(request, adjusted, signal, extras),
        learn: ({ refusal }, { code }, adjusted) => {
          const sent = fieldsOf(bodyOf(request, adjusted, extras), request);
          return learn({ ...refusal, code, request, sent }, adjusted);
        },
        remember: (adjusted) => this.memory.remember(request, adjusted),
      },
      adjustments,
    );
  }

  private open(
    request: ProviderRequest,
    adjustments: Adjustments,
    signal: AbortSignal,
    extras?: ProbeExtras,
  ): AnswerStream {
    const { connection } = request;
    const adapter = DIALECTS[connection.dialect];
    const answer = new AnswerStream(adapter, connection.apiKey, signal);
    if (answer.queue.settled) return answer;
    if (connection.apiKey && !HEADER_VALUE.test(connection.apiKey)) {
      const detail = 'The key holds characters that a key cannot have.';
      answer.queue.fail(new ProviderError('PROVIDER_AUTH_FAILED', { detail }));
      return answer;
    }
    const { streaming } = connection.capabilities;
    const base = this.baseOf(connection.baseUrl);
    this.agent.dispatch(
      {
        origin: base.origin,
        path: base.path + adapter.path,
        method: 'POST',
        headers: headersFor(connection, streaming),
        body: JSON.stringify(bodyOf(request, adjustments, extras)),
        headersTimeout: streaming ? this.options.headersTimeoutMs : this.options.wholeAnswerTimeoutMs,
        bodyTimeout: this.options.bodyIdleTimeoutMs,
      },
      answer,
    );
    return answer;
  }

  private baseOf(baseUrl: string): Base {
    let base = this.bases.get(baseUrl);
    if (!base) {
      const url = new URL(baseUrl);
      base = { origin: url.origin, path: url.pathname.replace(/\/+$/, '') };
      if (this.bases.size >= REMEMBERED_BASES) this.bases.clear();
      this.bases.set(baseUrl, base);
    }
    return base;
  }
}

function bodyOf(request: ProviderRequest, adjustments: Adjustments, extras?: ProbeExtras): Record<string, unknown> {
  const { contextTokens, omitted } = adjustments;
  const { capabilities, dialect } = request.connection;
  const adapter = DIALECTS[dialect];
  const fitted = contextTokens === null ? request : fitting(request, contextTokens);
  const body = adapter.body(fitted, { ...extras, streamed: capabilities.streaming, adjustments });
  putParameters(body, adapter.places, request.parameters ?? {});
  addFields(body, request.extraBody ?? {});
  for (const field of omitted) leaveOut(body, field);
  return body;
}

function headersFor(connection: ProviderConnection, streamed: boolean): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: streamed ? 'text/event-stream' : 'application/json',
    'user-agent': 'baton',
    ...(DIALECTS[connection.dialect].headers ?? showKey)(connection),
  };
}

const showKey = ({ apiKey, isAzure }: BareConnection): Record<string, string> =>
  apiKey === null ? {} : isAzure ? { 'api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
