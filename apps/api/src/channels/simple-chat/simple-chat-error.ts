import type { ErrorAnswer } from '@app/common';
import type { ErrorCode, Problem } from '@app/contracts';

const NOT_SET_UP = 'API key or Assistant ID is missing.';
const FAILED = 'Assistant run failed';
const NO_ANSWER = 'No response from Assistant';

const TEXTS: Partial<Record<ErrorCode, string>> = {
  BOT_NOT_READY: NOT_SET_UP,
  SECRET_UNREADABLE: NOT_SET_UP,
  PROVIDER_INCOMPLETE: NO_ANSWER,
  PROVIDER_MALFORMED: NO_ANSWER,
  PROVIDER_TIMEOUT: FAILED,
  TURN_DEADLINE_EXCEEDED: FAILED,
  TURN_INTERRUPTED: FAILED,
  TURN_SUPERSEDED: FAILED,
};

/** A problem in the words that this channel's clients know. */
export function errorTextOf({ code, detail }: Pick<Problem, 'code' | 'detail'>): string {
  if (code === 'INTERNAL') return `Unexpected error: ${detail}`;
  return TEXTS[code] ?? (code.startsWith('PROVIDER_') ? `OpenAI API error: ${detail}` : detail);
}

export const errorAnswerOf = (problem: Problem): ErrorAnswer => ({
  status: problem.status,
  body: { error: errorTextOf(problem) },
});
