import type { Span, SpanAttributes } from './span.js';

/** What begins a trace, or goes on with one that has begun elsewhere. */
export interface TraceStart {
  kind: 'server' | 'internal';
  /** W3C headers of the caller; anything else in them is ignored. */
  parent?: Readonly<Record<string, string | string[] | undefined>>;
  /** The span that has led to it, of whatever trace. */
  cause?: Span;
  attributes?: SpanAttributes;
}

/** Where traces begin. This one, which is used while none is configured, begins none. */
export class Tracing {
  start(_name: string, _start: TraceStart): Span | undefined {
    return undefined;
  }

  /** Sends what has not been sent yet, if it can be within a moment. */
  stop(): Promise<void> {
    return Promise.resolve();
  }
}
