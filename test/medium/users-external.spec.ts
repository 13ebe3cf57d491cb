import { AdminUsersService } from '../../apps/api/src/users/administration/admin-users.service.js';
import { UsersService, type ExternalIdentity } from '../../apps/api/src/users/users.service.js';
import { startTestApp, type TestApp } from '../support/app.js';

const ENGINES = [
  { engine: 'SQLite', settings: { DATABASE_URL: '' } },
  ...(process.env['TEST_MYSQL_URL'] ? [{ engine: 'MySQL or MariaDB', settings: {} }] : []),
];
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe.each(ENGINES)('external identities on $engine', ({ settings }) => {
  let server: TestApp;
  let users: UsersService;
  let admin: AdminUsersService;

  beforeAll(async () => {
    server = await startTestApp({ ...settings, ADMIN_API_KEY: 'k'.repeat(32) });
    users = server.app.get(UsersService, { strict: false });
    admin = server.app.get(AdminUsersService, { strict: false });
  }, 60_000);
  afterAll(() => server.stop());

  const identity = (subject: string, changes: Partial<ExternalIdentity> = {}): ExternalIdentity => ({
    subject: `issuer|${subject}`,
    login: subject,
    displayName: subject,
    roles: [],
    ...changes,
  });

  it('get one account, however many requests bring them first', async () => {
    const principals = await Promise.all(
      Array.from({ length: 20 }, () => users.getExternalPrincipal(identity('Parallel', { roles: ['agent'] }))),
    );
    expect(new Set(principals.map(({ userId }) => userId)).size).toBe(1);
    expect(principals[0]).toMatchObject({ login: 'parallel', displayName: 'Parallel', roles: ['user', 'agent'] });
  });

  it('have the roles that their issuer names now', async () => {
    const { userId } = await users.getExternalPrincipal(identity('changing', { roles: ['admin'] }));
    expect((await users.getExternalPrincipal(identity('changing'))).roles).toEqual(['user']);
    expect((await users.getPrincipal(userId))!.roles).toEqual(['user']);
    expect((await admin.get(userId)).isExternal).toBe(true);
  });

  it('never take over an account that has their login', async () => {
    const local = await admin.create({ login: 'local', roles: ['admin'] });
    await expect(users.getExternalPrincipal(identity(local.login.toUpperCase()))).rejects.toMatchObject({
      code: 'INVALID_TOKEN',
      message: 'The login of this token belongs to another account.',
    });
    await expect(users.getExternalPrincipal(identity('x'.repeat(191)))).rejects.toEqual(code('INVALID_TOKEN'));
  });

  it('do not come back after their account was deleted, until they are let in again', async () => {
    const before = await users.getExternalPrincipal(identity('returning'));
    await admin.delete(before.userId);
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(users.getExternalPrincipal(identity('returning'))).rejects.toMatchObject({
        code: 'INVALID_TOKEN',
        message: expect.stringContaining(`The account ${before.userId} was deleted.`),
      });
    await admin.readmit(before.userId);
    await expect(admin.readmit(before.userId)).rejects.toEqual(code('NOT_FOUND'));
    const after = await users.getExternalPrincipal(identity('returning'));
    expect(after.userId).not.toBe(before.userId);
    await admin.delete(after.userId);
    await expect(users.getExternalPrincipal(identity('returning'))).rejects.toEqual(code('INVALID_TOKEN'));
  });

  it('of the server itself come back', async () => {
    const builtIn = { login: 'house', displayName: 'House', roles: ['agent' as const] };
    const { userId } = await users.getBuiltInPrincipal(builtIn);
    await admin.delete(userId);
    expect((await users.getBuiltInPrincipal(builtIn)).userId).not.toBe(userId);
  });
});
