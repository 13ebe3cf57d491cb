import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen, type CircuitBreakerPolicy } from 'cockatiel';
import { setTimeout as delay } from 'node:timers/promises';
import { isOutage } from './failures.js';
import { Slots } from './slots.js';

/** Why a service is not called: its circuit is open, it has asked to be left alone, all its places are taken. */
export type SkipReason = 'open' | 'limited' | 'full';

/** The service was not called. */
export class Skipped extends Error {
  constructor(
    readonly reason: SkipReason,
    /** After this another try may succeed. */
    readonly retryAfterMs: number,
  ) {
    super(`The service is skipped: ${reason}.`);
  }
}

/** A trial call that was stopped before it proved anything: the circuit opens again. */
class Unproven extends Error {}

export interface BreakerOptions {
  /** So many failures in a row open the circuit; 0 for no breaker. */
  failures: number;
  /** Then a trial call is let through. */
  openMs: number;
}

export interface Passage {
  model: string;
  /** How long the call may wait for its turn. */
  patienceMs: number;
  /** How long of that it may wait for a place. */
  queueMs: number;
  signal: AbortSignal;
}

/** Turns that waited for the same moment come one after the other: within this share of the wait. */
const SPREAD = 0.1;
const RETRY_WHEN_FULL_MS = 1000;

/** What stands between this instance's turns and one service: a circuit breaker, waiting times it has asked for, places. */
export class ServiceGate {
  readonly slots = new Slots();
  private breaker: CircuitBreakerPolicy | null = null;
  private openedAt = 0;
  private revision = -1;
  /** Rate limits are those of a model. */
  private readonly limitedUntil = new Map<string, number>();

  constructor(private readonly options: BreakerOptions) {}

  /** Whether calls are let through, as far as the circuit is concerned. */
  get isOpen(): boolean {
    return this.breaker !== null && this.breaker.state !== CircuitState.Closed;
  }

  /** A service that an administrator has changed begins without a past. */
  adopt(revision: number, maxConcurrency: number | null): void {
    if (revision < this.revision) return;
    this.slots.setLimit(maxConcurrency);
    if (revision === this.revision) return;
    this.revision = revision;
    this.limitedUntil.clear();
    this.breaker = this.newBreaker();
  }

  /** No call of the model is made before the time is over. */
  leaveAlone(model: string, milliseconds: number): void {
    const now = Date.now();
    for (const [name, until] of this.limitedUntil) if (until <= now) this.limitedUntil.delete(name);
    const until = now + milliseconds;
    if (until > (this.limitedUntil.get(model) ?? 0)) this.limitedUntil.set(model, until);
  }

  /**
   * Makes the call when it may be made. Throws {@link Skipped} when that is not within the patience, and the signal's reason when it has
   * aborted; the place is given back in any case.
   */
  async pass<T>({ model, patienceMs, queueMs, signal }: Passage, call: () => Promise<T>): Promise<T> {
    const giveUpAt = Date.now() + patienceMs;
    for (;;) {
      this.requireClosed();
      await this.waitUntilWelcome(model, giveUpAt, signal);
      const release = await this.slots.take(Math.min(queueMs, giveUpAt - Date.now()), signal);
      if (release === null) {
        signal.throwIfAborted();
        throw new Skipped('full', RETRY_WHEN_FULL_MS);
      }
      try {
        signal.throwIfAborted();
        // Both may have changed while the call waited.
        if (this.limitLeft(model) > 0) continue;
        this.requireClosed();
        return await this.guarded(call, signal);
      } finally {
        release();
      }
    }
  }

  private newBreaker(): CircuitBreakerPolicy | null {
    const { failures, openMs } = this.options;
    if (failures === 0) return null;
    const breaker = circuitBreaker(
      handleWhen((error) => error instanceof Unproven || isOutage(error)),
      { halfOpenAfter: openMs, breaker: new ConsecutiveBreaker(failures) },
    );
    breaker.onBreak(() => (this.openedAt = Date.now()));
    return breaker;
  }

  private requireClosed(): void {
    const state = this.breaker?.state ?? CircuitState.Closed;
    const left = this.openedAt + this.options.openMs - Date.now();
    // One trial at a time: cockatiel would let the others wait for its end.
    if (state === CircuitState.HalfOpen) throw new Skipped('open', this.options.openMs);
    if (state === CircuitState.Open && left > 0) throw new Skipped('open', left);
  }

  private async waitUntilWelcome(model: string, giveUpAt: number, signal: AbortSignal): Promise<void> {
    const left = this.limitLeft(model);
    if (left <= 0) return;
    if (Date.now() + left > giveUpAt) throw new Skipped('limited', left);
    await delay(left * (1 + SPREAD * Math.random()), undefined, { signal });
  }

  private limitLeft(model: string): number {
    return (this.limitedUntil.get(model) ?? 0) - Date.now();
  }

  private guarded<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.breaker === null) return call();
    const isTrial = this.breaker.state === CircuitState.Open;
    return this.breaker.execute(async () => {
      const result = await call();
      // A call that was stopped says nothing about the service.
      if (signal.aborted) throw isTrial ? new Unproven() : signal.reason;
      return result;
    });
  }
}
