import { AppConfig, parseEnvironment, StartupBanner } from '@app/common';
import { ApiKey, User } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { AdminBootstrapService } from '../../apps/api/src/auth/admin-bootstrap.service.js';
import { AuthService } from '../../apps/api/src/auth/auth.service.js';
import { ApiKeysService, generateApiKey } from '../../apps/api/src/users/api-keys/api-keys.service.js';
import { FirstAdminService } from '../../apps/api/src/users/first-admin.service.js';
import { UsersService } from '../../apps/api/src/users/users.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { freshDatabase } from '../support/databases.js';
import { describeOnServer } from '../support/servers.js';

const INVALID = expect.objectContaining({ code: 'INVALID_TOKEN' }) as unknown;

describe('the first administrator', () => {
  let folder: string;
  const running: TestApp[] = [];
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'baton-'))));
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  });

  const start = async (settings: Record<string, string> = {}): Promise<TestApp> => {
    const server = await startTestApp({ DATABASE_URL: '', DATA_DIR: folder, ...settings });
    running.push(server);
    return server;
  };
  /** What a start does about the administrator, without the rest of a start. */
  const bootAgain = ({ app }: TestApp, settings: Record<string, string> = {}): Promise<void> => {
    const config = new AppConfig(parseEnvironment({ DATA_DIR: folder, ...settings }));
    const [admins, keys] = [app.get(FirstAdminService, { strict: false }), app.get(ApiKeysService, { strict: false })];
    return new AdminBootstrapService(config, admins, keys, new StartupBanner()).onApplicationBootstrap();
  };
  const stop = (server: TestApp): Promise<void> => running.splice(running.indexOf(server), 1)[0]!.stop();
  const databaseOf = ({ app }: TestApp) => app.get<DataSource>(getDataSourceToken(), { strict: false });
  const admins = async (server: TestApp): Promise<User[]> =>
    (await databaseOf(server).getRepository(User).find()).filter(({ roles }) => roles.includes('admin'));
  const whoHas = (server: TestApp, key: string) => server.app.get(AuthService, { strict: false }).authenticate(key);
  const banner = ({ app }: TestApp): string => app.get(StartupBanner, { strict: false }).render('http://x');
  const file = (): string => join(folder, 'admin-api-key');
  const keyIn = (path: string): string => readFileSync(path, 'utf8').trim();

  it('gets a key that is shown once and that only the owner can read', async () => {
    const server = await start();
    const key = keyIn(file());
    expect(key).toMatch(/^bt_[\w-]{43}$/);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(banner(server)).toContain(key);
    expect(await whoHas(server, key)).toMatchObject({ login: 'admin', roles: ['user', 'agent', 'admin'] });
    expect(readdirSync(folder).filter((name) => name.startsWith('admin-api-key'))).toEqual(['admin-api-key']);
    await stop(server);

    const again = await start();
    expect(banner(again)).not.toContain(key);
    expect(keyIn(file())).toBe(key);
    expect(await whoHas(again, key)).toMatchObject({ login: 'admin' });
    expect(await admins(again)).toHaveLength(1);
  });

  it('gets the key of a start that was cut off before it could use it', async () => {
    const key = generateApiKey();
    writeFileSync(file(), `${key}\n`);
    const server = await start();
    expect(await whoHas(server, key)).toMatchObject({ login: 'admin' });
    expect(banner(server)).toContain(key);
  });

  it('is not made from a file that holds something else', async () => {
    const server = await start();
    await databaseOf(server)
      .getRepository(User)
      .update({ login: 'admin' }, { roles: ['user'] });
    writeFileSync(file(), 'hello');
    await expect(bootAgain(server)).rejects.toThrow(/admin-api-key holds no API key/);
    expect(await admins(server)).toEqual([]);
  });

  it('gets a new key when the one in the folder belongs to a user who is no administrator any more', async () => {
    const server = await start();
    const old = keyIn(file());
    await databaseOf(server)
      .getRepository(User)
      .update({ login: 'admin' }, { roles: ['user'] });
    await stop(server);

    const again = await start();
    const key = keyIn(file());
    expect(key).not.toBe(old);
    expect(await whoHas(again, key)).toMatchObject({ login: 'admin-2', roles: ['user', 'agent', 'admin'] });
    expect(await whoHas(again, old)).toMatchObject({ login: 'admin', roles: ['user'] });
  });

  it('has the configured key, and only the latest of them', async () => {
    const [first, second] = [
      'first.configured.key-'.padEnd(40, 'a'),
      'second-configured-key-'.padEnd(40, 'b'),
    ] as const;
    let server = await start({ ADMIN_API_KEY: first });
    expect(await whoHas(server, first)).toMatchObject({ login: 'admin', roles: ['user', 'agent', 'admin'] });
    expect(existsSync(file())).toBe(false);
    expect(banner(server)).not.toContain(first);
    const { id } = (await databaseOf(server).getRepository(ApiKey).find())[0]!;
    await stop(server);

    server = await start({ ADMIN_API_KEY: first });
    expect((await databaseOf(server).getRepository(ApiKey).find()).map((key) => key.id)).toEqual([id]);
    await stop(server);

    server = await start({ ADMIN_API_KEY: second });
    expect(await whoHas(server, second)).toMatchObject({ login: 'admin' });
    await expect(whoHas(server, first)).rejects.toEqual(INVALID);
    await databaseOf(server).getRepository(ApiKey).update({ name: 'ADMIN_API_KEY' }, { revokedAt: new Date() });
    await stop(server);

    server = await start({ ADMIN_API_KEY: second });
    expect(await whoHas(server, second)).toMatchObject({ login: 'admin' });
    expect(await admins(server)).toHaveLength(1);
  });

  it('keeps a generated key beside a configured one', async () => {
    await stop(await start());
    const generated = keyIn(file());
    const configured = 'configured-'.padEnd(40, 'c');
    const server = await start({ ADMIN_API_KEY: configured });
    expect(await whoHas(server, generated)).toEqual(await whoHas(server, configured));
  });

  it('is not given a key that no header can carry', async () => {
    const server = await start();
    const settings = { ADMIN_API_KEY: 'with spaces in it, and long enough' };
    await expect(bootAgain(server, settings)).rejects.toThrow(/visible ASCII/);
  });

  describeOnServer('on a server that instances share', () => {
    it('is one, however many instances start together', async () => {
      const database = (await freshDatabase())!;
      const folders = ['a', 'a', 'b', 'c'].map((name) => join(folder, name));
      const servers = await Promise.all(folders.map((dir) => start({ DATABASE_URL: database.url, DATA_DIR: dir })));
      expect(await admins(servers[0]!)).toHaveLength(1);
      const files = [...new Set(folders)].map((dir) => join(dir, 'admin-api-key')).filter((path) => existsSync(path));
      expect(files).toHaveLength(1);
      const key = keyIn(files[0]!);
      for (const server of servers) expect(await whoHas(server, key)).toMatchObject({ login: 'admin' });
      expect(servers.filter((server) => banner(server).includes(key))).toHaveLength(1);

      // The same subject, seen for the first time by all of them at once.
      const identity = { subject: 'issuer|everywhere', login: 'everywhere', displayName: 'Everywhere', roles: [] };
      const found = await Promise.all(
        servers.map(({ app }) => app.get(UsersService, { strict: false }).getExternalPrincipal(identity)),
      );
      expect(new Set(found.map(({ userId }) => userId)).size).toBe(1);
      await Promise.all(servers.map(stop));
      database.release();
    }, 60_000);

    it('has one configured key, however many instances start together', async () => {
      const database = (await freshDatabase())!;
      const key = 'the-same-for-all-'.padEnd(40, 'd');
      const settings = { DATABASE_URL: database.url, DATA_DIR: ':memory:', ADMIN_API_KEY: key };
      const servers = await Promise.all([1, 2, 3].map(() => start(settings)));
      expect(await admins(servers[0]!)).toHaveLength(1);
      expect(await databaseOf(servers[0]!).getRepository(ApiKey).count()).toBe(1);
      for (const server of servers) expect(await whoHas(server, key)).toMatchObject({ login: 'admin' });
      await Promise.all(servers.map(stop));
      database.release();
    }, 60_000);
  });
});
