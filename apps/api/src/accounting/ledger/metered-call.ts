import { activeSpan, AppError, type SpanAttributes } from '@app/common';
import {
  estimateUsage,
  ProviderError,
  type ProviderEvent,
  type ProviderRequest,
  type ProviderUsage,
} from '@app/openai';
import type { SqlRow, UsageBooking } from '@app/database';
import type { Rates } from '../prices/price-book.js';
import { NO_CALL_USAGE, settledRow, type Call, type CallUsage } from './ledger-rows.js';

const ENDED_BY = {
  stop: 'ok',
  tool_calls: 'ok',
  length: 'PROVIDER_ANSWER_CUT',
  content_filter: 'PROVIDER_CONTENT_FILTERED',
};
/** Counts beyond this are nonsense. */
const MOST_TOKENS = 100_000_000;

/**
 * One attempt while it runs and after it: passes the events of the answer through and knows, once they have ended for whatever reason,
 * what is to be settled. The caller settles it, in a transaction of its own.
 */
export class MeteredCall {
  private readonly startedAt = performance.now();
  private readonly parts: string[] = [];
  private reported: ProviderUsage | null = null;
  private error: unknown = null;
  private endedAt: number | null = null;
  private firstTextMs: number | null = null;
  private result: string | null = null;
  private final: CallUsage | null = null;
  /** Whether the row in the ledger has these figures. */
  isSettled = false;

  constructor(
    readonly call: Call,
    private readonly request: ProviderRequest,
    /** Null while the model has no price. */
    private readonly rates: Rates | null,
    /** What is reserved for it. */
    private readonly bookings: readonly UsageBooking[] = [],
  ) {}

  /** The events of the answer as they come. Leaving the loop early ends the call. */
  pass(answer: AsyncIterable<ProviderEvent>): AsyncIterableIterator<ProviderEvent> {
    const inner = answer[Symbol.asyncIterator]();
    const observe = (next: IteratorResult<ProviderEvent>): IteratorResult<ProviderEvent> => {
      if (next.done) this.end('aborted');
      else this.observe(next.value);
      return next;
    };
    const fail = (error: unknown): never => {
      this.error = error;
      this.end(error instanceof AppError ? error.code : 'PROVIDER_ERROR');
      throw error;
    };
    const iterator: AsyncIterableIterator<ProviderEvent> = {
      [Symbol.asyncIterator]: () => iterator,
      next: () => inner.next().then(observe, fail),
      return: async () => {
        this.end('aborted');
        return (await inner.return?.()) ?? { done: true, value: undefined };
      },
    };
    return iterator;
  }

  /** `ok`, `aborted` or an error code; null while it runs. */
  get outcome(): string | null {
    return this.result;
  }

  /** As the service reports it, else estimated from what was sent and received. Final once the call has ended. */
  get usage(): CallUsage {
    if (this.endedAt === null) return this.measure();
    this.final ??= this.measure();
    return this.final;
  }

  /** The row to write when the call has ended; a call that still runs is taken for aborted. */
  settlement(): SqlRow {
    this.end('aborted');
    const { usage, firstTextMs } = this;
    const durationMs = Math.round(this.endedAt! - this.startedAt);
    return settledRow(this.call, { usage, outcome: this.result!, firstTextMs, durationMs }, this.rates, this.bookings);
  }

  private observe(event: ProviderEvent): void {
    if (event.type === 'text') {
      if (this.firstTextMs === null) activeSpan()?.event('first text');
      this.firstTextMs ??= Math.round(performance.now() - this.startedAt);
      this.parts.push(event.text);
    } else if (event.type === 'tool_call') {
      this.parts.push(event.name, event.arguments);
    } else if (event.type === 'usage') {
      this.reported = event.usage;
      activeSpan()?.set(tokensOf(event.usage));
    } else if (event.type === 'done') {
      this.end(ENDED_BY[event.reason]);
    }
  }

  /** The first end counts. */
  private end(outcome: string): void {
    if (this.endedAt !== null) return;
    this.endedAt = performance.now();
    this.result = outcome;
  }

  private measure(): CallUsage {
    const { reported } = this;
    if (reported !== null && isPlausible(reported)) return bounded(reported);
    if (this.wasRefused()) return NO_CALL_USAGE;
    return { ...NO_CALL_USAGE, ...estimateUsage(this.request, this.parts.join('')) };
  }

  /** A request that never arrived or was answered with an error is not charged by any service. One that ran into a time limit may be. */
  private wasRefused(): boolean {
    if (!(this.error instanceof ProviderError) || this.parts.length > 0) return false;
    const { providerStatus, code } = this.error;
    return (providerStatus ?? 200) >= 300 || code === 'PROVIDER_UNREACHABLE' || code === 'PROVIDER_AUTH_FAILED';
  }
}

const tokensOf = ({ inputTokens, outputTokens }: ProviderUsage): SpanAttributes => ({
  'gen_ai.usage.input_tokens': inputTokens,
  'gen_ai.usage.output_tokens': outputTokens,
});

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS;

/** What a service says of its input and output is believed or not; nonsense in a detail is taken for zero. */
const isPlausible = ({ inputTokens, outputTokens }: ProviderUsage): boolean =>
  isCount(inputTokens) && isCount(outputTokens);

/** Cached tokens are part of the input, and reasoning of the output. */
function bounded({
  inputTokens,
  cachedTokens,
  cacheWriteTokens,
  outputTokens,
  reasoningTokens,
}: ProviderUsage): CallUsage {
  const within = (value: unknown, most: number): number => (isCount(value) ? Math.min(value, most) : 0);
  const cached = within(cachedTokens, inputTokens);
  return {
    inputTokens,
    cachedTokens: cached,
    cacheWriteTokens: within(cacheWriteTokens, inputTokens - cached),
    outputTokens,
    reasoningTokens: within(reasoningTokens, outputTokens),
    isEstimated: false,
  };
}
