import { hasCode } from '@app/common';
import { ProviderError, type ProviderErrorCode } from '@app/openai';

/**
 * What a call that failed before its first word leads to. `retry`: the same service again, a few times, then the next one. `next`: the
 * next service at once; only without one the same again, if that can help. `final`: no other call.
 */
type Consequence = 'retry' | 'next' | 'final';

/** What it says about the service: it does not work, it is asked too much, or nothing. */
type Verdict = 'outage' | 'limit' | 'none';

interface Failure {
  leadsTo: Consequence;
  means: Verdict;
}

const FAILURES: Readonly<Record<ProviderErrorCode, Failure>> = {
  PROVIDER_ERROR: { leadsTo: 'retry', means: 'outage' },
  PROVIDER_INCOMPLETE: { leadsTo: 'retry', means: 'outage' },
  PROVIDER_RATE_LIMITED: { leadsTo: 'retry', means: 'limit' },
  // Each costs a timeout or cannot change within seconds.
  PROVIDER_UNREACHABLE: { leadsTo: 'next', means: 'outage' },
  PROVIDER_TIMEOUT: { leadsTo: 'next', means: 'outage' },
  PROVIDER_MALFORMED: { leadsTo: 'next', means: 'outage' },
  PROVIDER_AUTH_FAILED: { leadsTo: 'next', means: 'outage' },
  PROVIDER_QUOTA_EXCEEDED: { leadsTo: 'next', means: 'limit' },
  // The service works; another one may know the model, take the request as it is, or take more of it.
  PROVIDER_MODEL_NOT_FOUND: { leadsTo: 'next', means: 'none' },
  PROVIDER_REQUEST_REJECTED: { leadsTo: 'next', means: 'none' },
  PROVIDER_CONTEXT_EXCEEDED: { leadsTo: 'next', means: 'none' },
  // What one service refuses for its content is not offered to others until one takes it.
  PROVIDER_CONTENT_FILTERED: { leadsTo: 'final', means: 'none' },
  PROVIDER_SCHEMA_MISMATCH: { leadsTo: 'final', means: 'none' },
  PROVIDER_ANSWER_CUT: { leadsTo: 'final', means: 'none' },
};

const NOT_OF_THE_SERVICE: Failure = { leadsTo: 'final', means: 'none' };

export const failureOf = (error: unknown): Failure =>
  error instanceof ProviderError ? FAILURES[error.code] : NOT_OF_THE_SERVICE;

export const isOutage = (error: unknown): boolean => failureOf(error).means === 'outage';

/** What the code of a failed call or probe says about the service. */
export const verdictOf = (code: string): Verdict =>
  Object.hasOwn(FAILURES, code) ? FAILURES[code as ProviderErrorCode].means : 'outage';

/** Whether the same call may go better at the same service. */
export const mayBeRepeated = (error: unknown): error is ProviderError =>
  error instanceof ProviderError && error.retryable && !hasCode(error, 'PROVIDER_QUOTA_EXCEEDED');
