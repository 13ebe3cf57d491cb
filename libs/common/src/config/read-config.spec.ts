import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('readConfig', () => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'baton-config-'));

  afterAll(() => {
    process.chdir(home);
    for (const name of ['COMMIT_WINDOW_MS', 'CHAT_QUEUE_LIMIT', 'PORT', 'DATABASE_POOL_SIZE']) delete process.env[name];
    rmSync(folder, { recursive: true });
  });

  it('reads .env and the environment, and names the wrong variables of both in one message', async () => {
    writeFileSync(join(folder, '.env'), 'PORT=x\nCHAT_QUEUE_LIMIT=-1\nDATABASE_POOL_SIZE=7\n');
    process.chdir(folder);
    process.env['COMMIT_WINDOW_MS'] = '0';
    process.env['CHAT_QUEUE_LIMIT'] = '3';
    await jest.isolateModulesAsync(async () => {
      const { readConfig } = await import('../index.js');
      expect(() => readConfig([])).toThrow(/PORT[^]*COMMIT_WINDOW_MS/);
      expect(() => readConfig([])).not.toThrow(/CHAT_QUEUE_LIMIT/);
      process.env['COMMIT_WINDOW_MS'] = '40';
      process.env['PORT'] = '0';
      expect(readConfig([]).database.poolSize).toBe(7);
    });
  });
});
