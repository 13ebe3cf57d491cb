import type { ParameterPlaces } from './parameters.js';
import type {
  Adjustments,
  ProviderConnection,
  ProviderEvent,
  ProviderRequest,
  ProviderUsage,
} from '../provider.types.js';

export type DoneReason = Extract<ProviderEvent, { type: 'done' }>['reason'];

export interface CallOptions extends ProbeExtras {
  streamed: boolean;
  adjustments: Adjustments;
}

/** What only the probe asks for on top of a request. */
export interface ProbeExtras {
  /** The model must call one of the tools. */
  forceTool?: boolean;
  /** A data URL that goes with the last message. */
  imageUrl?: string;
}

/** Where a reader puts what it understood of an answer. */
export interface AnswerSink {
  text(text: string): void;
  toolCall(callId: string, name: string, args: string, extra?: Record<string, unknown>): void;
  /** What has to go back with the calls; what is lasting also with later questions. */
  carried(value: Record<string, unknown>, isLasting?: boolean): void;
  /** What is not for the customer. */
  thought(text: string, kind?: 'thought' | 'commentary'): void;
  /** A source of the answer, as the service names it. */
  cited(title: unknown, url: unknown): void;
  usage(usage: ProviderUsage): void;
  /** The terminal event. Nothing counts after it. */
  done(reason: DoneReason, extra?: Record<string, unknown>): void;
  /** An error that the service reported inside its answer: `{code, type, message}`. */
  failed(error: unknown): void;
}

/** Understands one answer. Reading may throw whatever a body that is not what it should be makes it throw. */
export interface AnswerReader {
  /** One event of a streamed answer. */
  event(event: string, data: string): void;
  /** The stream is over. A reader that has all it needs may still call `done`. */
  end(): void;
  /** The body of an answer that was not streamed. */
  whole(body: string): void;
}

/** A stateless protocol. */
export interface DialectAdapter {
  /** Below the connection's base URL. */
  readonly path: string;
  /** Where it is the native dialect, and tried first. */
  readonly home?: string;
  /** How the service is shown its key, and what else it wants to see; a bearer token without. */
  readonly headers?: (connection: Pick<ProviderConnection, 'baseUrl' | 'apiKey'>) => Record<string, string>;
  /** Where the body has the parameters of the request. */
  readonly places: ParameterPlaces;
  body(request: ProviderRequest, options: CallOptions): Record<string, unknown>;
  reader(sink: AnswerSink): AnswerReader;
}

/** Counts beyond this are nonsense. */
const MOST_TOKENS = 100_000_000;

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS;

/** A detail of the usage: absent, null and nonsense are zero. */
const count = (value: unknown): number => (isCount(value) ? value : 0);

/** The figures as they came. What was read from a cache and written into it is part of the input. */
interface ReportedUsage {
  input: unknown;
  cached: unknown;
  written: unknown;
  output: unknown;
  reasoning: unknown;
}

/** The usage as far as it can be believed; null where a service reports nothing or nonsense, so that it is estimated. */
export const usageOf = ({ input, cached, written, output, reasoning }: ReportedUsage): ProviderUsage | null =>
  isCount(input) && isCount(output)
    ? {
        inputTokens: input,
        cachedTokens: count(cached),
        cacheWriteTokens: count(written),
        outputTokens: output,
        reasoningTokens: count(reasoning),
      }
    : null;

/** The type of an event that came without a name; it usually stands first in the data. */
export function eventTypeOf(data: string): string {
  if (data.startsWith('{"type":"')) return data.slice(9, data.indexOf('"', 9));
  if (data === '[DONE]') return '';
  const parsed: { type?: unknown; error?: unknown } | null = JSON.parse(data);
  if (typeof parsed?.type === 'string') return parsed.type;
  return parsed?.error ? 'error' : '';
}
