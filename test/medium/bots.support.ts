import { PagingQuery, type UserPrincipal } from '@app/common';
import { BotAdministrationService } from '../../apps/api/src/bots/administration/bot-administration.service.js';
import type { AdminCreateBotRequestDto } from '../../apps/api/src/bots/administration/bot-request.dto.js';
import type { TestApp } from '../support/app.js';
import { MYSQL_URL } from '../support/servers.js';

export const ENGINES = [
  { engine: 'SQLite', settings: { DATABASE_URL: '' } },
  ...(MYSQL_URL !== '' ? [{ engine: 'MySQL or MariaDB', settings: {} }] : []),
];
export const KEY = { ADMIN_API_KEY: 'k'.repeat(32) };

export const code = (expected: string): unknown => expect.objectContaining({ code: expected });

export const person = (login: string, ...roles: UserPrincipal['roles']): UserPrincipal => ({
  kind: 'user',
  userId: 1,
  login,
  displayName: login,
  roles,
  isTermsAccepted: true,
});
export const ADMIN = person('root', 'admin');

export const page = <Query extends PagingQuery>(values: Partial<Query> = {}): Query =>
  Object.assign(new PagingQuery(), values) as Query;
export const term = (value: string, valueDe = ''): { value: string; valueDe: string } => ({ value, valueDe });

export const reach = <T>(server: TestApp, token: Parameters<TestApp['app']['get']>[0]): T =>
  server.app.get<T>(token, { strict: false });

let made = 0;

/** A bot that everybody may use, with a name of its own. */
export async function createBot(server: TestApp, changes: Partial<AdminCreateBotRequestDto> = {}): Promise<string> {
  const administration = reach<BotAdministrationService>(server, BotAdministrationService);
  const dto = { displayNameTv: term(`Bot ${++made}`), isActive: true, isPublic: true };
  return (await administration.create(Object.assign(dto, changes))).botId;
}
