import type { Finding } from '@app/contracts';
import { ProviderError } from '../errors/provider-error.js';

type Codes = ReadonlySet<ProviderError['code']>;

/** What a service answers to what it cannot do. All other errors speak of something else: the key, the load, the time. */
const REFUSALS: Codes = new Set([
  'PROVIDER_REQUEST_REJECTED',
  'PROVIDER_ERROR',
  'PROVIDER_MALFORMED',
  'PROVIDER_INCOMPLETE',
]);

export const YES: Finding = { support: 'yes', reason: null, code: null };

export const unknown = (reason: string): Finding => ({ support: 'unknown', reason, code: null });

/** The service answered, but not as it was asked to. */
export const no = (reason: string): Finding => ({ support: 'no', reason, code: null });

export const findingOf = (error: unknown): Finding => {
  const { code, message } = asProviderError(error);
  return { support: REFUSALS.has(code) ? 'no' : 'unknown', reason: message, code };
};

export const asProviderError = (error: unknown): ProviderError =>
  error instanceof ProviderError
    ? error
    : new ProviderError('PROVIDER_ERROR', { detail: 'The probe failed.', retryable: false, cause: error });
