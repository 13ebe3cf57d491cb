import { verdictOf } from '../calls/failures.js';

export const HEALTH_STATES = ['up', 'degraded', 'down', 'unknown'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** One thing that is known of a service: a call or a probe that worked, or the code of its error. */
export interface Outcome {
  at: number;
  code: string | null;
  isProbe: boolean;
}

export interface Assessment {
  state: HealthState;
  /** The code of the error that tells why; null when nothing is wrong. */
  code: string | null;
}

/** Older calls say nothing about now. A probe counts until something newer is known. */
const WINDOW_MS = 300_000;
const MOST_OUTCOMES = 20;
const DOWN_AFTER = 3;
const TOLERATED_SHARE = 0.1;

/** The latest outcomes that count, in order of time. */
export function evidenceOf(calls: readonly Outcome[], probe: Outcome | null, now: number): Outcome[] {
  const recent = calls.filter(({ at }) => at > now - WINDOW_MS).slice(-MOST_OUTCOMES);
  if (probe === null || (recent.length > 0 && probe.at <= now - WINDOW_MS)) return recent;
  return [...recent, probe].toSorted((one, other) => one.at - other.at);
}

/**
 * Down: the circuit is open, the last three calls failed, or the last thing known is a probe that failed. Degraded: more than a tenth of
 * the calls failed or were refused because of a limit. Unknown: nothing was asked.
 */
export function assess(evidence: readonly Outcome[], isCircuitOpen: boolean): Assessment {
  const last = evidence.at(-1);
  if (last === undefined)
    return isCircuitOpen ? { state: 'down', code: 'MODEL_SERVICE_UNAVAILABLE' } : { state: 'unknown', code: null };
  const code = evidence.findLast((outcome) => outcome.code !== null)?.code ?? null;
  const tail = evidence.slice(-DOWN_AFTER);
  const isDown =
    (isCircuitOpen && last.code !== null) || (tail.every(isOutage) && (tail.length === DOWN_AFTER || last.isProbe));
  if (isDown) return { state: 'down', code };
  const failed = evidence.filter((outcome) => outcome.code !== null).length;
  return failed > evidence.length * TOLERATED_SHARE ? { state: 'degraded', code } : { state: 'up', code: null };
}

const isOutage = ({ code }: Outcome): boolean => code !== null && verdictOf(code) === 'outage';
