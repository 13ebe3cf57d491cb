import type { ProviderEvent, ProviderRequest, ProviderUsage } from '../provider.types.js';

type DoneReason = Extract<ProviderEvent, { type: 'done' }>['reason'];

/** What only the probe asks for on top of a request. */
export interface ProbeExtras {
  /** The model must call one of the tools. */
  forceTool?: boolean;
  /** The answer must be JSON of this schema. */
  jsonSchema?: Record<string, unknown>;
  /** A data URL that goes with the last message. */
  imageUrl?: string;
}

/** Where a reader puts what it understood of an answer. */
export interface AnswerSink {
  text(text: string): void;
  toolCall(callId: string, name: string, args: string): void;
  usage(usage: ProviderUsage): void;
  /** The terminal event. Nothing counts after it. */
  done(reason: DoneReason): void;
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

/** One of the two stateless protocols. */
export interface DialectAdapter {
  /** Below the connection's base URL. */
  readonly path: string;
  body(request: ProviderRequest, streamed: boolean, extras?: ProbeExtras): string;
  reader(sink: AnswerSink): AnswerReader;
}

/** A count as services send it: absent, null and nonsense are zero. */
export const count = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.trunc(value) : 0);
