import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SeedResult } from '../../apps/api/src/commands/seed/demo-seed.js';
import { freshDatabase } from '../support/databases.js';

type Printed = Omit<SeedResult, 'named'> & { named: { login: string; role: string; apiKey: string }[] };

/** The command reads the environment of its process, like every program; each run gets a fresh data folder and database. */
describe('npm run demo:seed', () => {
  const before = { ...process.env };
  let folder: string;
  let database: Awaited<ReturnType<typeof freshDatabase>>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-seed-'));
    database = await freshDatabase();
    Object.assign(process.env, { DATA_DIR: folder, DATABASE_URL: database?.url ?? '', LOG_LEVEL: 'silent' });
    jest.resetModules();
  });
  afterEach(async () => {
    process.env = { ...before };
    jest.restoreAllMocks();
    database?.release();
    await rm(folder, { recursive: true, force: true });
  });

  async function run(...args: string[]): Promise<string> {
    const printed: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { runSeed } = await import('../../apps/api/src/commands/seed/run-seed.js');
    await runSeed(args);
    jest.restoreAllMocks();
    return printed.join('');
  }

  it('fills an empty installation and prints the API keys', async () => {
    const result = JSON.parse(await run('--users', '3', '--chats', '6', '--turns', '20', '--json')) as Printed;
    expect(result).toMatchObject({ bots: 30, users: 3, chats: 6, turns: 20 });
    expect(result.named.map(({ login }) => login)).toEqual(['demo-admin', 'demo-agent', 'demo']);
    for (const { apiKey } of result.named) expect(apiKey).toMatch(/^bt_/);
  });

  it('refuses an installation in use, unless it is forced', async () => {
    const few = ['--users', '1', '--chats', '1', '--turns', '1'];
    expect(await run(...few)).toMatch(/^\nMade 30 bots, 1 users, 1 chats and 1 turns/);
    await expect(run(...few)).rejects.toThrow('The database is in use.');
    expect(await run(...few, '--seed', '2', '--force')).toMatch(/^\nMade 30 bots/);
  });
});
