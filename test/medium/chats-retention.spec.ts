import { insertRows, JobLeasesRepository, toSqlTime } from '@app/database';
import { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { ChatFilesRepository } from '../../apps/api/src/chats/files/chat-files.repository.js';
import { ChatsRepository } from '../../apps/api/src/chats/chat/chats.repository.js';
import { RetentionService } from '../../apps/api/src/chats/deletion/retention.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ENGINES, reach } from './bots.support.js';

const DAY = 86_400_000;

describe.each(ENGINES)('keeping chats on $engine', ({ settings }) => {
  let server: TestApp;
  let dataSource: DataSource;
  let retention: RetentionService;
  let botId: string;
  const now = new Date();

  beforeAll(async () => {
    server = await startTestApp(settings);
    dataSource = server.app.get(DataSource, { strict: false });
    retention = reach(server, RetentionService);
    botId = (await dataSource.query<{ id: string }[]>('SELECT id FROM bots LIMIT 1'))[0]!.id;
  }, 60_000);
  afterAll(() => server.stop());

  const insertUser = async (keep: boolean, days: number, favourites: boolean): Promise<number> => {
    const login = uuidv7();
    await insertRows(dataSource.manager, 'users', [
      {
        login,
        display_name: login,
        roles: '["user"]',
        is_keep_chat_history: keep,
        keep_chat_history_for_days: days,
        is_keep_favorites_forever: favourites,
        created_at: toSqlTime(now),
      },
    ]);
    return (await dataSource.query<{ id: number }[]>('SELECT id FROM users WHERE login = ?', [login]))[0]!.id;
  };
  const insertChat = async (userId: number | null, daysAgo: number, isFavorite = false): Promise<string> => {
    const id = uuidv7();
    await reach<ChatsRepository>(server, ChatsRepository).insertChat({
      id,
      userId,
      visitorId: null,
      botId,
      channel: 'api',
    });
    await dataSource.query('UPDATE chats SET last_accessed_at = ?, is_favorite = ? WHERE id = ?', [
      toSqlTime(new Date(now.getTime() - daysAgo * DAY)),
      Number(isFavorite),
      id,
    ]);
    return id;
  };
  const isThere = async (id: string): Promise<boolean> =>
    (await dataSource.query<unknown[]>('SELECT 1 FROM chats WHERE id = ?', [id])).length === 1;
  const there = (ids: string[]): Promise<boolean[]> => Promise.all(ids.map(isThere));

  it('does as each user wishes', async () => {
    const forever = await insertUser(true, 0, false);
    const forTen = await insertUser(true, 10, true);
    const forTenAll = await insertUser(true, 10, false);
    const never = await insertUser(false, 0, true);
    const neverButTen = await insertUser(false, 10, false);
    const cases: [string, boolean][] = [
      [await insertChat(forever, 4000), true],
      [await insertChat(forTen, 9.9), true],
      [await insertChat(forTen, 10.1), false],
      [await insertChat(forTen, 10.1, true), true],
      [await insertChat(forTenAll, 10.1, true), false],
      [await insertChat(never, 0.9), true],
      [await insertChat(never, 1.1), false],
      [await insertChat(never, 1.1, true), true],
      [await insertChat(neverButTen, 1.1), false],
      [await insertChat(neverButTen, 1.1, true), false],
      [await insertChat(null, 29.9), true],
      [await insertChat(null, 30.1), false],
    ];
    const expected = cases.map(([, stays]) => stays);
    expect(await retention.deleteExpired(now)).toBe(expected.filter((stays) => !stays).length);
    expect(await there(cases.map(([id]) => id))).toEqual(expected);

    const later = new Date(now.getTime() + 31 * DAY);
    await retention.deleteExpired(later);
    const left = await there(cases.map(([id]) => id));
    expect(left.flatMap((isLeft, index) => (isLeft ? [index] : []))).toEqual([0, 3, 7]);
  });

  it('deletes any number of chats, with their files', async () => {
    const user = await insertUser(false, 0, false);
    const start = Date.now() - 3 * DAY;
    const rows = Array.from({ length: 450 }, (_, index) => ({
      id: uuidv7(),
      user_id: user,
      bot_id: botId,
      display_name: '',
      is_named: false,
      is_favorite: false,
      is_admin_chat: index % 2 === 0,
      channel: 'api',
      owner: 'bot',
      epoch: 1,
      next_seq: 1,
      queued_turns: 0,
      created_at: toSqlTime(new Date(start)),
      last_accessed_at: toSqlTime(new Date(start)),
    }));
    await insertRows(dataSource.manager, 'chats', rows);
    const file = { id: uuidv7(), contentType: 'text/plain', size: 4, sha256: 'x', createdAt: now };
    const bytes = Buffer.from('text');
    const limits = { files: 1, bytes: 100 };
    await reach<ChatFilesRepository>(server, ChatFilesRepository).put(rows[0]!.id, 'a.txt', file, bytes, limits);
    expect(await retention.deleteExpired(now)).toBe(450);
    const left = await dataSource.query<unknown[]>('SELECT 1 FROM stored_files WHERE id = ?', [file.id]);
    expect(left).toEqual([]);
  });

  it('is done by one instance at a time, and again when its lease is over', async () => {
    const leases = reach<JobLeasesRepository>(server, JobLeasesRepository);
    const takes = await Promise.all(Array.from({ length: 8 }, () => leases.acquire('job:test', 60_000)));
    expect(takes.filter((taken) => taken)).toHaveLength(1);
    expect(await leases.acquire('job:test', 60_000)).toBe(false);
    await leases.release('job:test');
    expect(await leases.acquire('job:test', 60_000)).toBe(true);
    await dataSource.query(`UPDATE system_state SET updated_at = ? WHERE name = 'job:test'`, [
      toSqlTime(new Date(Date.now() - 1000)),
    ]);
    const again = await Promise.all(Array.from({ length: 8 }, () => leases.acquire('job:test', 60_000)));
    expect(again.filter((taken) => taken)).toHaveLength(1);
  });

  it('cleans up files that lost their chat with an account', async () => {
    const files = reach<ChatFilesRepository>(server, ChatFilesRepository);
    const user = await insertUser(true, 0, false);
    const put = async (chatId: string): Promise<string> => {
      const file = { id: uuidv7(), contentType: 'text/plain', size: 4, sha256: 'x', createdAt: new Date(0) };
      await files.put(chatId, 'a.txt', file, Buffer.from('text'), { files: 1, bytes: 100 });
      return file.id;
    };
    const [lost, kept] = [await put(await insertChat(user, 0)), await put(await insertChat(null, 0))];
    await dataSource.query('DELETE FROM users WHERE id = ?', [user]);
    expect(await retention.cleanFiles(now)).toBe(1);
    const left = await dataSource.query<{ id: string }[]>('SELECT id FROM stored_files WHERE id IN (?, ?)', [
      lost,
      kept,
    ]);
    expect(left).toEqual([{ id: kept }]);
  });
});
