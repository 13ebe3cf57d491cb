import { PagingQuery, type UserPrincipal } from '@app/common';
import { insertRows, toSqlTime, type SqlRow } from '@app/database';
import { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { ChatDeletionRepository } from '../../apps/api/src/chats/deletion/chat-deletion.repository.js';
import { ChatListsRepository, type ChatFilter } from '../../apps/api/src/chats/lists/chat-lists.repository.js';
import { ChatListsService } from '../../apps/api/src/chats/lists/chat-lists.service.js';
import { ChatSettingsRepository } from '../../apps/api/src/chats/settings/chat-settings.repository.js';
import { RetentionRepository } from '../../apps/api/src/chats/deletion/retention.repository.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ENGINES, page, person, reach } from './bots.support.js';

const OWN = 20_000;
const FOREIGN = 20_000;
const ROWS_PER_INSERT = 500;
const BOTS = 4;
const ORDERS = ['', 'lastAccessedUtc', 'createdUtc desc', 'displayName', '-displayName', 'isFavorite desc'];

interface Statement {
  sql: string;
  values: unknown[];
}

describe.each(ENGINES)('lists of chats on $engine', ({ engine, settings }) => {
  let server: TestApp;
  let dataSource: DataSource;
  let user: UserPrincipal;
  let botIds: string[];
  let messageId: string;

  beforeAll(async () => {
    server = await startTestApp(settings);
    dataSource = server.app.get(DataSource, { strict: false });
    const [userId, otherId] = [await insertUser('many'), await insertUser('others')];
    user = { ...person('many', 'user'), userId };
    const [bot] = await dataSource.query<{ id: string }[]>('SELECT id FROM bots LIMIT 1');
    botIds = [bot!.id];
    while (botIds.length < BOTS) botIds.push(await copyBot(bot!.id));
    messageId = uuidv7();
    const at = toSqlTime(new Date());
    const message = { id: messageId, user_id: userId, display_name: 'm', system_message: '"m"' };
    await insertRows(dataSource.manager, 'user_system_messages', [{ ...message, created_at: at, updated_at: at }]);
    await insertChats(userId, OWN);
    await insertChats(otherId, FOREIGN);
    if (engine !== 'SQLite') await dataSource.query('ANALYZE TABLE chats');
  }, 120_000);
  afterAll(() => server.stop());

  async function insertUser(login: string): Promise<number> {
    const settingsOfUser = { is_keep_chat_history: 1, keep_chat_history_for_days: 0, is_keep_favorites_forever: 1 };
    const row = { login, display_name: login, roles: '["user"]', created_at: toSqlTime(new Date()), ...settingsOfUser };
    await insertRows(dataSource.manager, 'users', [row]);
    return (await dataSource.query<{ id: number }[]>('SELECT id FROM users WHERE login = ?', [login]))[0]!.id;
  }

  async function copyBot(id: string): Promise<string> {
    const [bot] = await dataSource.query<Record<string, string | number | null | Date>[]>(
      'SELECT * FROM bots WHERE id = ?',
      [id],
    );
    const values = Object.entries(bot!).map(([name, value]) => [
      name,
      value instanceof Date ? toSqlTime(value) : value,
    ]);
    const copy = { ...(Object.fromEntries(values) as SqlRow), id: uuidv7(), code: uuidv7() };
    await insertRows(dataSource.manager, 'bots', [copy]);
    return copy.id;
  }

  async function insertChats(userId: number, count: number): Promise<void> {
    const start = Date.now() - count * 1000;
    const rows = Array.from({ length: count }, (_, index) => ({
      id: uuidv7(),
      user_id: userId,
      visitor_id: null,
      bot_id: botIds[index % BOTS]!,
      display_name: `Chat ${(index * 7919) % count} about returns`,
      is_named: false,
      is_favorite: index % 10 === 0,
      is_admin_chat: index % 100 === 1,
      user_system_message_id: userId === user.userId && index % 8 === 0 ? messageId : null,
      channel: 'api',
      owner: 'bot',
      epoch: 1,
      next_seq: 1,
      queued_turns: 0,
      created_at: toSqlTime(new Date(start + index * 1000)),
      last_accessed_at: toSqlTime(new Date(start + ((index * 31) % count) * 1000)),
    }));
    for (let at = 0; at < count; at += ROWS_PER_INSERT)
      await insertRows(dataSource.manager, 'chats', rows.slice(at, at + ROWS_PER_INSERT));
  }

  const filters = (): [string, ChatFilter][] => [
    ['all', { botId: null, userSystemMessageId: null, onlyFavorites: false }],
    ['favourites', { botId: null, userSystemMessageId: null, onlyFavorites: true }],
    ['of a bot', { botId: botIds[1]!, userSystemMessageId: null, onlyFavorites: false }],
    ['favourites of a bot', { botId: botIds[0]!, userSystemMessageId: null, onlyFavorites: true }],
    ['with a system message', { botId: botIds[0]!, userSystemMessageId: messageId, onlyFavorites: false }],
    ['favourites with one', { botId: botIds[0]!, userSystemMessageId: messageId, onlyFavorites: true }],
  ];

  /** What the work asks of `chats`; the server itself looks at other things meanwhile. */
  async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
    const spy = jest.spyOn(dataSource, 'query');
    await work();
    const statements = spy.mock.calls.map(([sql, values]) => ({ sql, values: (values ?? []) as unknown[] }));
    spy.mockRestore();
    return statements.filter(({ sql }) => / chats /.test(sql) && /\buser_id\b/.test(sql));
  }

  /** How the engine reads `chats` for the statement: by which index, or `scan`. */
  async function accessesOf({ sql, values }: Statement): Promise<string[]> {
    if (engine === 'SQLite') {
      const plan = await dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, values);
      return plan
        .map(({ detail }) => detail)
        .filter((detail) => /^(SCAN|SEARCH) (p|c|chats)\b/.test(detail))
        .map((detail) => /USING (?:COVERING )?INDEX (\w+)/.exec(detail)?.[1] ?? 'scan');
    }
    const plan = await dataSource.query<{ table: string; type: string; key: string | null }[]>(
      `EXPLAIN ${sql}`,
      values,
    );
    return plan
      .filter(({ table }) => ['p', 'c', 'chats'].includes(table))
      .map(({ type, key }) => (type === 'ALL' || type === 'index' || key === null ? 'scan' : key));
  }

  const OF_USER = /^ix_chats_user_/;
  const BY_ID = /^(PRIMARY|sqlite_autoindex_chats_1)$/;

  it('find pages and totals in indexes that begin with the user', async () => {
    const lists = reach<ChatListsRepository>(server, ChatListsRepository);
    for (const [name, filter] of filters()) {
      for (const order of ORDERS) {
        for (const search of [null, 'RETURNS']) {
          const query = page<PagingQuery>({ OrderBy: order, SearchFor: search ?? undefined });
          const service = reach<ChatListsService>(server, ChatListsService);
          const statements = await statementsOf(() => service.getUserChats(user, filter, query, 'en'));
          const all = (await Promise.all(statements.map(accessesOf))).flat();
          expect({ name, order, search, all: all.filter((key) => !OF_USER.test(key) && !BY_ID.test(key)) }).toEqual({
            name,
            order,
            search,
            all: [],
          });
          expect(all.some((key) => OF_USER.test(key))).toBe(true);
        }
      }
      expect(await lists.count(user.userId, filter, null)).toBeGreaterThan(0);
    }
  });

  it('count a user’s chats without reading them', async () => {
    const lists = reach<ChatListsRepository>(server, ChatListsRepository);
    for (const [, filter] of filters().filter(([name]) => ['all', 'favourites', 'of a bot'].includes(name))) {
      const [statement] = await statementsOf(() => lists.count(user.userId, filter, null));
      const plan = JSON.stringify(
        await dataSource.query(
          `EXPLAIN ${engine === 'SQLite' ? 'QUERY PLAN ' : ''}${statement!.sql}`,
          statement!.values,
        ),
      );
      expect(plan).toMatch(engine === 'SQLite' ? /USING COVERING INDEX/ : /Using index/);
    }
  });

  it('find what is to be deleted in the same indexes', async () => {
    const deletion = reach<ChatDeletionRepository>(server, ChatDeletionRepository);
    const retention = reach<RetentionRepository>(server, RetentionRepository);
    const long = new Date(Date.now() - 86_400_000);
    const statements = await statementsOf(async () => {
      for (const keepFavorites of [false, true]) {
        await deletion.findChatIds(user.userId, { botId: null, userSystemMessageId: null, keepFavorites });
        await deletion.findChatIds(user.userId, { botId: botIds[0]!, userSystemMessageId: messageId, keepFavorites });
        await retention.findExpired(user.userId, long, keepFavorites, 100);
        await retention.findExpired(null, long, keepFavorites, 100);
      }
    });
    expect(statements).toHaveLength(8);
    for (const statement of statements) {
      const accesses = await accessesOf(statement);
      expect(accesses.filter((key) => !OF_USER.test(key))).toEqual([]);
    }
  });

  it('have totals that are right, however often they were asked for', async () => {
    const service = reach<ChatListsService>(server, ChatListsService);
    const settingsOf = reach<ChatSettingsRepository>(server, ChatSettingsRepository);
    const totals = async (): Promise<number[]> => {
      const found = [];
      for (const [, filter] of filters())
        found.push((await service.getUserChats(user, filter, page<PagingQuery>(), 'en')).totalItemCount);
      return found;
    };
    const counted = async (): Promise<number[]> => {
      const lists = reach<ChatListsRepository>(server, ChatListsRepository);
      const found = [];
      for (const [, filter] of filters()) found.push(await lists.count(user.userId, filter, null));
      return found;
    };
    const before = await totals();
    expect(before).toEqual(await counted());
    expect(before[0]).toBe(OWN - OWN / 100);
    const [chat] = await dataSource.query<{ id: string }[]>(
      'SELECT id FROM chats WHERE user_id = ? AND bot_id = ? AND is_favorite = 0 AND is_admin_chat = 0 LIMIT 1',
      [user.userId, botIds[0]],
    );
    await settingsOf.setFavorite(user.userId, chat!.id, true);
    const favoured = await totals();
    expect([favoured[1]! - before[1]!, favoured[3]! - before[3]!]).toEqual([1, 1]);
    await settingsOf.markAdminChat(chat!.id, user.userId);
    expect((await totals())[0]).toBe(before[0]! - 1);
    expect(await totals()).toEqual(await counted());
  });
});
