import type { ServiceTarget } from '../services/openai-services.service.js';
import type { SkipReason } from './service-gate.js';

/** A model of a service. */
export interface ModelTarget extends ServiceTarget {
  model: string;
}

/** What became of one attempt at one service, for the trace. */
export interface CallAttempt {
  serviceId: string;
  model: string;
  /** `skipped`: the service was not called. Otherwise `ok`, `aborted` or the code of the error. */
  outcome: string;
  /** Why it was skipped. */
  reason?: SkipReason;
  /** Waiting included. */
  milliseconds: number;
}

/** A call that one of several services has to answer. */
export interface ModelCall<T> {
  /** In the order in which they are asked. */
  targets: readonly ModelTarget[];
  /** One attempt. When the signal aborts, its result is not used. */
  ask(target: ModelTarget): Promise<T>;
  /** Ends the call at once, wherever it is. */
  signal: AbortSignal;
  /** Milliseconds that are left for the whole call. */
  timeLeftMs(): number;
  /** Whether something of the answer was shown. From then on no other attempt is made: what was shown is never withdrawn. */
  hasSpoken(): boolean;
  onAttempt?(attempt: CallAttempt): void;
}

export interface ModelAnswer<T> {
  target: ModelTarget;
  value: T;
}
