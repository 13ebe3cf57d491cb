export type AnswerHeaders = Record<string, string | string[] | undefined>;

/** A service that asks for more is asked again after this: nothing that it says may shut it off for good. */
const LONGEST_WAIT_MS = 3_600_000;
const LIMITS = ['requests', 'tokens'] as const;
const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|[smhd])/g;

/**
 * How many milliseconds a service asks to be left alone: `retry-after-ms`, `retry-after` in seconds or as a date, and, for refusals
 * because of a rate limit, the `x-ratelimit-reset-…` of the limits that are used up. Undefined when it does not say.
 */
export function retryAfterOf(headers: AnswerHeaders, status: number, now = Date.now()): number | undefined {
  const wait =
    millisecondsOf(textOf(headers['retry-after-ms'])) ??
    waitOf(textOf(headers['retry-after']), now) ??
    (status === 429 ? resetOf(headers) : undefined);
  return wait === undefined ? undefined : Math.min(Math.max(Math.ceil(wait), 0), LONGEST_WAIT_MS);
}

/** `Retry-After`: seconds or an HTTP date. */
function waitOf(value: string, now: number): number | undefined {
  const seconds = millisecondsOf(value);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : date - now;
}

function millisecondsOf(value: string): number | undefined {
  const number = Number(value);
  return value === '' || Number.isNaN(number) ? undefined : number;
}

/** Until the limits are full again that have nothing left; where a service does not say what is left, until all are. */
function resetOf(headers: AnswerHeaders): number | undefined {
  const usedUp = LIMITS.filter((limit) => (textOf(headers[`x-ratelimit-remaining-${limit}`]) || '0') === '0');
  const waits = (usedUp.length === 0 ? LIMITS : usedUp)
    .map((limit) => durationOf(textOf(headers[`x-ratelimit-reset-${limit}`])))
    .filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** `1s`, `6m0s`, `20ms`; a bare number is seconds. */
function durationOf(value: string): number | undefined {
  const seconds = millisecondsOf(value);
  if (seconds !== undefined) return seconds * 1000;
  if (!DURATION.test(value)) return undefined;
  return Array.from(value.matchAll(PART)).reduce((sum, [, amount, unit]) => sum + Number(amount) * UNIT_MS[unit!]!, 0);
}

const textOf = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
