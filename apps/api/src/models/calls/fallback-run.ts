import { AppError, inSpan, type SpanStart } from '@app/common';
import { ProviderError } from '@app/openai';
import { setTimeout as delay } from 'node:timers/promises';
import { failureOf, mayBeRepeated } from './failures.js';
import type { ModelAnswer, ModelCall, ModelTarget } from './model-call.js';
import { Skipped, type ServiceGate } from './service-gate.js';

const BACKOFF_MS = 250;

/** How the services of a call are reached, and what is learned of them. */
export interface Reach {
  attempts: number;
  /** How long a call waits for a service while there is another one. */
  fallbackWaitMs: number;
  /** How long a call waits for a place at a service that does not say. */
  queueMs: number;
  gateOf(target: ModelTarget): ServiceGate;
  /** The call worked, or failed with this error. */
  learn(target: ModelTarget, error: unknown): void;
  observe(target: ModelTarget, outcome: string): void;
}

/** How one service is tried. */
interface Try {
  target: ModelTarget;
  patienceMs: number;
  /** Another service is left. */
  hasOther: boolean;
}

/** What became of it: an answer, or after how long another try may succeed; null for never. */
type Tried<T> = { answer: ModelAnswer<T> } | { retryAfterMs: number | null };

/**
 * One call and all its attempts. First every service is asked in order, with little patience; then those that were skipped, the one that is
 * free soonest first, with all the time that is left.
 */
export class FallbackRun<T> {
  private failure: Error | null = null;

  constructor(
    private readonly call: ModelCall<T>,
    private readonly reach: Reach,
  ) {}

  /** Throws the error of the last attempt, or MODEL_SERVICE_UNAVAILABLE when there was none; the signal's reason when it aborts. */
  async run(): Promise<ModelAnswer<T>> {
    const { targets } = this.call;
    const timeLeftMs = (): number => this.call.timeLeftMs();
    let skipped = targets.map((target) => ({ target, retryAfterMs: 0 }));
    const patiences = targets.length > 1 ? [() => this.reach.fallbackWaitMs, timeLeftMs] : [timeLeftMs];
    for (const patience of patiences) {
      const asked = skipped.toSorted((one, other) => one.retryAfterMs - other.retryAfterMs);
      skipped = [];
      for (const [place, { target }] of asked.entries()) {
        const hasOther = place < asked.length - 1 || skipped.length > 0;
        const patienceMs = Math.min(patience(), timeLeftMs());
        const tried = await this.tryOut({ target, patienceMs, hasOther });
        if ('answer' in tried) return tried.answer;
        if (tried.retryAfterMs !== null) skipped.push({ target, retryAfterMs: tried.retryAfterMs });
      }
    }
    throw this.failure ?? unavailable(Math.min(...skipped.map(({ retryAfterMs }) => retryAfterMs)));
  }

  private async tryOut({ target, patienceMs, hasOther }: Try): Promise<Tried<T>> {
    const { signal } = this.call;
    for (let attempt = 1; ; attempt++) {
      const startedAt = performance.now();
      const report = (outcome: string, error?: unknown): void => this.report(target, outcome, startedAt, error);
      try {
        const value = await this.pass(target, patienceMs, attempt);
        report('ok');
        return { answer: { target, value } };
      } catch (error) {
        if (error instanceof Skipped) {
          report('skipped', error);
          return { retryAfterMs: error.retryAfterMs };
        }
        report(signal.aborted ? 'aborted' : codeOf(error), error);
        const { leadsTo } = failureOf(error);
        if (signal.aborted || this.call.hasSpoken() || leadsTo === 'final') throw error;
        this.failure = error as Error;
        const isRepeated = mayBeRepeated(error) && attempt < this.reach.attempts && (leadsTo === 'retry' || !hasOther);
        if (!isRepeated) return { retryAfterMs: null };
        // A service that has asked to be left alone is: the gate keeps this call waiting as all others.
        if (askedWaitOf(error, attempt) === undefined) await delay(backoffMs(attempt), undefined, { signal });
      }
    }
  }

  private pass(target: ModelTarget, patienceMs: number, attempt: number): Promise<T> {
    const { signal } = this.call;
    const { model } = target;
    const queueMs = target.queueMs ?? this.reach.queueMs;
    const gate = this.reach.gateOf(target);
    return gate.pass({ model, patienceMs, queueMs, signal }, async () => {
      try {
        const value = await inSpan(`chat ${model}`, spanOf(target, attempt), () => this.call.ask(target));
        if (!signal.aborted) this.reach.learn(target, null);
        return value;
      } catch (error) {
        if (!signal.aborted) this.reach.learn(target, error);
        // Before the place is given back: the next call in line must not run into the same refusal.
        const wait = askedWaitOf(error, attempt);
        if (wait !== undefined) gate.leaveAlone(model, wait);
        throw error;
      }
    });
  }

  private report(target: ModelTarget, outcome: string, startedAt: number, error: unknown): void {
    const { serviceId, model } = target;
    const reason = error instanceof Skipped ? error.reason : undefined;
    const milliseconds = Math.round(performance.now() - startedAt);
    this.reach.observe(target, reason === undefined ? outcome : `skipped_${reason}`);
    this.call.onAttempt?.({ serviceId, model, outcome, ...(reason && { reason }), milliseconds });
  }
}

const backoffMs = (attempt: number): number => BACKOFF_MS * 2 ** (attempt - 1) * (1 + Math.random());

/** How long the service wants no calls; a rate limit without a time is taken for a short one. */
function askedWaitOf(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ProviderError)) return undefined;
  return error.retryAfterMs ?? (error.code === 'PROVIDER_RATE_LIMITED' ? backoffMs(attempt) : undefined);
}

const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : 'INTERNAL');

const unavailable = (retryAfterMs: number): AppError =>
  new AppError('MODEL_SERVICE_UNAVAILABLE', { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1000)) });

/** As the conventions of OpenTelemetry for generative AI name it. */
function spanOf({ serviceId, model, connection }: ModelTarget, attempt: number): SpanStart {
  const { hostname, port, protocol } = new URL(connection.baseUrl);
  return {
    kind: 'client',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': model,
      'server.address': hostname,
      'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
      'baton.service.id': serviceId,
      'baton.dialect': connection.dialect,
      'baton.attempt': attempt,
    },
  };
}
