import { AsyncLocalStorage } from 'node:async_hooks';

/** Never texts of people or models, and no secrets: names, ids, codes and figures. */
export type SpanAttributes = Record<string, string | number | boolean>;

/** What is known of a span when it begins. */
export interface SpanStart {
  /** `client`: it waits for another system. */
  kind?: 'internal' | 'client';
  attributes?: SpanAttributes;
}

/** One step of a trace while it runs. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Not sampled, or over: nothing is added to it any more. */
  readonly isRecording: boolean;
  /** The W3C headers that make the receiver's spans part of this trace. */
  headers(): Record<string, string>;
  /** Null when it has as many children as it may have. */
  child(name: string, start?: SpanStart): Span | null;
  set(attributes: SpanAttributes): void;
  /** Something that happened at this moment. */
  event(name: string): void;
  /** Says that the other span belongs to it, too. */
  link(other: Span): void;
  /** With what it failed of, if it did. Of an error only the code is told. */
  end(error?: unknown): void;
}

const active = new AsyncLocalStorage<Span | undefined>();

/** The span of what runs now; undefined without tracing and outside of any. */
export const activeSpan = (): Span | undefined => active.getStore();

/** What runs in it has this span, or none. */
export const withSpan = <T>(span: Span | undefined, work: () => T): T => active.run(span, work);

/** For work that does not end with the request which has started it. */
export const withoutSpan = <T>(work: () => T): T =>
  active.getStore() === undefined ? work() : active.run(undefined, work);

/** Does the work in a child of the active span. Without one, or when it is over, the work is just done. */
export function inSpan<T>(name: string | (() => string), start: SpanStart, work: () => Promise<T>): Promise<T> {
  const parent = active.getStore();
  if (!parent?.isRecording) return work();
  const span = parent.child(typeof name === 'string' ? name : name(), start);
  return span === null ? work() : finish(span, () => active.run(span, work));
}

/** Ends the span with the work. */
export async function finish<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    span.end();
    return result;
  } catch (error) {
    span.end(error ?? new Error());
    throw error;
  }
}

/** For requests to other systems. */
export const traceHeaders = (): Record<string, string> => active.getStore()?.headers() ?? {};

/** For log lines. */
export function traceFields(span = active.getStore()): { traceId?: string; spanId?: string } {
  return span === undefined ? {} : { traceId: span.traceId, spanId: span.spanId };
}
