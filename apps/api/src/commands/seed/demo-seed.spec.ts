import { migrate, openDataSource } from '@app/database';
import type { DataSource } from 'typeorm';
import { DemoDataRepository } from './demo-data.repository.js';
import { readOptions, type DemoOptions } from './demo-options.js';
import { DemoSeed, type SeedResult } from './demo-seed.js';

const optionsOf = (...args: string[]): DemoOptions => readOptions(args)!;

describe('the demo data', () => {
  let database: DataSource;
  beforeEach(async () => {
    database = await openDataSource({ databaseUrl: null, dataDir: ':memory:', poolSize: 1 });
    await migrate(database);
  });
  afterEach(() => database.destroy());

  const seed = (options: DemoOptions): Promise<SeedResult> =>
    new DemoSeed(options, new DemoDataRepository(database), () => undefined).run();
  const rows = (sql: string): Promise<Record<string, number | string>[]> => database.query(sql);
  const count = async (table: string): Promise<number> =>
    Number((await rows(`SELECT COUNT(*) AS total FROM ${table}`))[0]!['total']);

  it('are as many as were asked for', async () => {
    const result = await seed(optionsOf('--users', '8', '--chats', '40', '--turns', '300'));
    expect(result).toMatchObject({ bots: 30, users: 8, chats: 40, turns: 300 });
    expect(await count('bots')).toBe(30);
    expect(await count('chats')).toBe(40);
    expect(await count('turns')).toBe(300);
    expect(await count('usage_ledger WHERE usage_type = 1')).toBe(300);
    expect(result.named.map(({ login }) => login)).toEqual(['demo-admin', 'demo-agent', 'demo']);
  });

  it('give every chat a log without gaps that its messages fit', async () => {
    await seed(optionsOf('--users', '5', '--chats', '30', '--turns', '200'));
    const logs = await rows(
      `SELECT c.next_seq, COUNT(*) AS events, MIN(e.seq) AS first, MAX(e.seq) AS last
       FROM chats c JOIN chat_events e ON e.chat_id = c.id GROUP BY c.id, c.next_seq`,
    );
    expect(logs).toHaveLength(30);
    for (const log of logs)
      expect(log).toMatchObject({ first: 1, last: log['events'], next_seq: Number(log['events']) + 1 });
    const strays = `messages m WHERE NOT EXISTS
      (SELECT 1 FROM chat_events e WHERE e.chat_id = m.chat_id AND e.seq = m.seq AND e.message_id = m.id)`;
    expect(await count('messages')).toBeGreaterThan(380);
    expect(await count(strays)).toBe(0);
    expect(await count(`chats WHERE last_accessed_at > '${new Date().toISOString().replace('T', ' ')}'`)).toBe(0);
  });

  it('are the same for the same options, and others for another seed', async () => {
    const titles = async (): Promise<string> =>
      JSON.stringify(await rows('SELECT id, display_name FROM chats ORDER BY id'));
    await seed(optionsOf('--users', '3', '--chats', '10', '--turns', '20'));
    const first = await titles();
    for (const _ of database.migrations) await database.undoLastMigration();
    await migrate(database);
    await seed(optionsOf('--users', '3', '--chats', '10', '--turns', '20'));
    expect(await titles()).toBe(first);
    await seed(optionsOf('--users', '3', '--chats', '10', '--turns', '20', '--seed', '2'));
    expect(await count('chats')).toBe(20);
  });

  it('give the first users the chats that were asked for', async () => {
    const { named } = await seed(optionsOf('--users', '3', '--turns', '60', '--chats-per-user', '50,5'));
    expect(named.filter(({ role }) => role === 'user').map(({ chats }) => chats)).toEqual([50, 5]);
  });

  it('know when a database is in use', async () => {
    const repository = new DemoDataRepository(database);
    expect(await repository.isInUse()).toBe(false);
    await seed(optionsOf('--users', '1', '--chats', '1', '--turns', '1'));
    expect(await repository.isInUse()).toBe(true);
  });

  it.each([
    ['--chats', 'many'],
    ['--turns', '-1'],
    ['--scale', '1e3'],
    ['--users', '99999999999'],
    ['--nonsense'],
    ['extra'],
  ])('refuse %s %s', (...args) => {
    expect(() => readOptions(args.filter((arg) => arg !== undefined))).toThrow(/--\w+|argument/);
  });

  it('scale', () => {
    expect(optionsOf('--scale', '0.01')).toMatchObject({ users: 2, chats: 200, turns: 2000 });
    expect(readOptions(['--help'])).toBeNull();
  });
});
