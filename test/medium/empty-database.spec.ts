import { openDataSource } from '@app/database';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('a database file without contents', () => {
  let dataDir: string;
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'baton-empty-'))));
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
  const open = () => openDataSource({ databaseUrl: null, dataDir, poolSize: 1 });

  it('does not begin as a new installation', async () => {
    writeFileSync(join(dataDir, 'baton.sqlite'), '');
    await expect(open()).rejects.toThrow(/baton\.sqlite is empty\. Put the database back/);
    expect(readdirSync(dataDir)).toEqual(['baton.sqlite']);
  });

  it('is not what a first start leaves behind', async () => {
    await (await open()).destroy();
    await (await open()).destroy();
  });
});
