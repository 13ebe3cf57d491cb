import { AppError } from '@app/common';
import type { Bot } from '@app/database';
import type { BotLogins } from '../profile/bots.repository.js';

const LOGIN_LENGTH = 190;

/** The login lists of a bot, taken apart: one entry for each login and role. */
export function loginsOf(lists: Pick<Bot, 'userLogins' | 'contributorLogins' | 'adminLogins'>): BotLogins {
  return [
    ...loginsIn('userLogins', lists.userLogins).map((login) => ({ login, role: 'user' as const })),
    ...loginsIn('contributorLogins', lists.contributorLogins).map((login) => ({ login, role: 'contributor' as const })),
    ...loginsIn('adminLogins', lists.adminLogins).map((login) => ({ login, role: 'admin' as const })),
  ];
}

function loginsIn(field: string, text: string): string[] {
  const logins = text
    .toLowerCase()
    .split(/[,;\s]+/)
    .filter((login) => login !== '');
  if (logins.some((login) => login.length > LOGIN_LENGTH)) {
    const message = `${field} must hold logins of at most ${LOGIN_LENGTH} characters`;
    throw new AppError('VALIDATION_FAILED', { errors: [{ path: field, message }] });
  }
  return [...new Set(logins)];
}
