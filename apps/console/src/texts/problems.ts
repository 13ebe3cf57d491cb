import { DisconnectedError, ProblemError, type ErrorCode } from '@baton/client';
import type { TextName, Translate } from './texts.js';

const WORDS: Partial<Record<ErrorCode, TextName>> = {
  CHAT_HELD: 'error.outdated',
  OUTDATED_CHAT: 'error.outdated',
  CHAT_NOT_HELD: 'error.outdated',
  CHAT_CLOSED: 'error.closed',
  NOT_FOUND: 'error.notFound',
  RATE_LIMITED: 'error.busy',
  FORBIDDEN: 'error.forbidden',
};
/** How the server names the agent who has the chat. */
const HOLDER = /^(.+) holds the chat\.$/s;

/** What a failed request or command means to those who work here. */
export function wordsOfError(error: unknown, t: Translate): string {
  if (error instanceof DisconnectedError || (error instanceof Error && error.name === 'TypeError'))
    return t('error.line');
  if (!(error instanceof ProblemError)) return t('error.other');
  const [, agent] = HOLDER.exec(error.problem.detail) ?? [];
  if (agent !== undefined) return t('error.held', { name: agent });
  const words = WORDS[error.code];
  if (words !== undefined) return t(words);
  return error.status >= 500 ? t('error.server') : error.problem.detail;
}
