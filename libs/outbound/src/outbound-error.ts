import type { OutboundFailure } from '@app/contracts';

const SENTENCES: Record<OutboundFailure, string> = {
  refused_address: 'This address may not be called.',
  redirect: 'The address redirects to somewhere else.',
  too_large: 'The answer is too large.',
  too_slow: 'The answer took too long.',
  unreachable: 'The address cannot be reached.',
  bad_status: 'The answer has a status that means failure.',
  not_json: 'The answer is not JSON.',
  aborted: 'The call was given up.',
};

/** A call that failed. The message is a plain sentence without addresses, contents or secrets. */
export class OutboundError extends Error {
  constructor(
    readonly failure: OutboundFailure,
    /** What the other side answered, if it did. */
    readonly status: number | null = null,
    cause?: unknown,
  ) {
    super(SENTENCES[failure], { cause });
    this.name = 'OutboundError';
  }
}
