import { PagingQuery, type UserPrincipal } from '@app/common';
import { ApiKey, User } from '@app/database';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AdminUsersService } from '../../apps/api/src/users/administration/admin-users.service.js';
import { ApiKeysService, describeApiKey, hashApiKey } from '../../apps/api/src/users/api-keys/api-keys.service.js';
import { UserSystemMessagesService } from '../../apps/api/src/users/system-messages/user-system-messages.service.js';
import { UsersService } from '../../apps/api/src/users/users.service.js';
import { startTestApp, type TestApp } from '../support/app.js';

const ENGINES = [
  { engine: 'SQLite', settings: { DATABASE_URL: '' } },
  ...(process.env['TEST_MYSQL_URL'] ? [{ engine: 'MySQL or MariaDB', settings: {} }] : []),
];
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe.each(ENGINES)('users on $engine', ({ settings }) => {
  let server: TestApp;
  let database: DataSource;
  let users: UsersService;
  let admin: AdminUsersService;
  let keys: ApiKeysService;
  let messages: UserSystemMessagesService;
  let made = 0;

  beforeAll(async () => {
    server = await startTestApp({ ...settings, ADMIN_API_KEY: 'k'.repeat(32) });
    const get = <T>(token: Parameters<typeof server.app.get<T>>[0]): T => server.app.get(token, { strict: false });
    database = get<DataSource>(getDataSourceToken());
    users = get(UsersService);
    admin = get(AdminUsersService);
    keys = get(ApiKeysService);
    messages = get(UserSystemMessagesService);
  }, 60_000);
  afterAll(() => server.stop());
  afterEach(() => jest.restoreAllMocks());

  const newUser = async (...roles: ('user' | 'agent' | 'admin')[]): Promise<UserPrincipal> => {
    const { userId } = await admin.create({ login: `user-${++made}`, roles });
    return (await users.getPrincipal(userId))!;
  };
  /** A key with any name. */
  const newKey = (userId: number) => keys.create(userId, { name: 'test' }, null);
  const settled = async (work: Promise<unknown>[]): Promise<number> =>
    (await Promise.allSettled(work)).filter(({ status }) => status === 'fulfilled').length;

  describe('accounts', () => {
    it('have a login that is unique without regard to case', async () => {
      const { userId, login } = await admin.create({ login: ' Grace@Example.COM ', roles: [] });
      expect(login).toBe('grace@example.com');
      await expect(admin.create({ login: 'GRACE@example.com', roles: [] })).rejects.toEqual(code('CONFLICT'));
      await expect(admin.create({ login: 'gra\u0000ce', roles: [] })).rejects.toEqual(code('VALIDATION_FAILED'));
      expect((await admin.get(userId)).roles).toEqual(['user']);
    });

    it('are listed by login and display name, a page at a time', async () => {
      for (const name of ['100%', '100x', 'ÄRGER'])
        await admin.create({ login: `list-${name}`, displayName: name, roles: [] });
      const list = (changes: Partial<PagingQuery>) => admin.list(Object.assign(new PagingQuery(), changes));
      expect((await list({ SearchFor: '100%' })).items.map(({ displayName }) => displayName)).toEqual(['100%']);
      expect((await list({ SearchFor: 'LIST-Ä' })).totalItemCount).toBe(1);
      expect((await list({ SearchFor: 'LIST-A' })).totalItemCount).toBe(0);
      const page = await list({ SearchFor: 'list-', PageSize: 2, PageNumber: 1, OrderBy: 'userId desc' });
      expect(page).toMatchObject({ totalItemCount: 3, totalPageCount: 2, hasNext: true });
      expect(page.items.map(({ displayName }) => displayName)).toEqual(['ÄRGER', '100x']);
      expect((await list({ OrderBy: 'login; DROP TABLE users' })).totalItemCount).toBeGreaterThan(3);
    });

    it('always leave an administrator, also when administrators demote each other at once', async () => {
      const first = await newUser('admin');
      const second = await newUser('admin');
      const others = (await admin.list(Object.assign(new PagingQuery(), { PageSize: 200 }))).items.filter(
        ({ roles, userId }) => roles.includes('admin') && userId !== first.userId && userId !== second.userId,
      );
      for (const { userId } of others) await admin.update(userId, { roles: ['user'] });
      const done = await settled([
        admin.update(first.userId, { roles: ['agent'] }),
        admin.delete(second.userId),
        admin.update(second.userId, { roles: [] }),
        admin.delete(first.userId),
      ]);
      expect(done).toBeGreaterThan(0);
      const left = await database.getRepository(User).find();
      const admins = left.filter(({ roles }) => roles.includes('admin'));
      expect(admins).toHaveLength(1);
      const [last] = admins as [User];
      await expect(admin.delete(last.id)).rejects.toEqual(code('CONFLICT'));
      await expect(admin.update(last.id, { roles: ['agent'] })).rejects.toEqual(code('CONFLICT'));
      await admin.update(last.id, { displayName: 'The last one', roles: ['admin'] });
      expect(await admin.get(last.id)).toMatchObject({ displayName: 'The last one', roles: ['user', 'admin'] });
      for (const { userId } of others) await admin.update(userId, { roles: ['admin'] });
    });

    it('tell of every change, once it is stored', async () => {
      const user = await newUser();
      const told: number[] = [];
      const emitter = server.app.get(EventEmitter2, { strict: false });
      const listener = ({ userId }: { userId: number }): void => void told.push(userId);
      emitter.on('user.changed', listener);
      await admin.update(user.userId, { roles: ['agent'] });
      expect((await users.getPrincipal(user.userId))!.roles).toEqual(['user', 'agent']);
      await users.acceptTerms(user);
      expect((await users.getPrincipal(user.userId))!.isTermsAccepted).toBe(true);
      await users.updateCurrentUser(user, { keepChatHistoryForDays: 5 });
      await admin.delete(user.userId);
      expect(await users.getPrincipal(user.userId)).toBeNull();
      emitter.off('user.changed', listener);
      expect(told).toEqual(Array(4).fill(user.userId));
      await expect(admin.delete(user.userId)).rejects.toEqual(code('NOT_FOUND'));
      await expect(users.getCurrentUser(user)).rejects.toEqual(code('NOT_FOUND'));
    });

    it('change only the settings that are given', async () => {
      const user = await newUser();
      await users.updateCurrentUser(user, { keepChatHistoryForDays: 30 });
      await users.updateCurrentUser(user, { isKeepFavoritesForever: false });
      await users.updateCurrentUser(user, {});
      expect(await users.getCurrentUser(user)).toMatchObject({
        isKeepChatHistory: true,
        keepChatHistoryForDays: 30,
        isKeepFavoritesForever: false,
      });
    });

    it('obey within two and a half seconds what another instance has changed, also when nothing tells of it', async () => {
      const user = await newUser('agent');
      await database.getRepository(User).update({ id: user.userId }, { roles: ['user'] });
      expect((await users.getPrincipal(user.userId))!.roles).toEqual(['user', 'agent']);
      const later = Date.now() + 2501;
      jest.spyOn(Date, 'now').mockReturnValue(later);
      expect((await users.getPrincipal(user.userId))!.roles).toEqual(['user']);
    });
  });

  describe('API keys', () => {
    it('are kept as hashes and identify their user until they are revoked', async () => {
      const { userId } = await newUser();
      const { key, apiKeyId, prefix } = await newKey(userId);
      expect(key).toMatch(/^bt_[\w-]{43}$/);
      expect(key.startsWith(prefix)).toBe(true);
      const [stored] = await database.query('SELECT * FROM api_keys WHERE id = ?', [apiKeyId]);
      expect(JSON.stringify(stored)).not.toContain(key.slice(12));
      expect(await keys.identify(key)).toBe(userId);
      const stranger = await newUser();
      await expect(keys.delete(stranger.userId, apiKeyId)).rejects.toEqual(code('NOT_FOUND'));
      await keys.delete(userId, apiKeyId);
      await expect(keys.identify(key)).rejects.toEqual(code('INVALID_TOKEN'));
      await expect(keys.delete(userId, apiKeyId)).rejects.toEqual(code('NOT_FOUND'));
      expect((await keys.list(userId, new PagingQuery())).items).toEqual([]);
    });

    it('expire, also while they are remembered', async () => {
      const { userId } = await newUser();
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const { key } = await keys.create(userId, { name: 'short', expiresAt }, null);
      expect(await keys.identify(key)).toBe(userId);
      jest.spyOn(Date, 'now').mockReturnValue(new Date(expiresAt).getTime());
      await expect(keys.identify(key)).rejects.toEqual(code('INVALID_TOKEN'));
    });

    it('are refused with a time in the past, no time, or the name of the configured key', async () => {
      const { userId } = await newUser();
      for (const dto of [
        { name: 'a', expiresAt: '2020-01-01T00:00:00Z' },
        { name: 'a', expiresAt: 'never' },
        { name: ' admin_api_key ' },
      ])
        await expect(keys.create(userId, dto, null)).rejects.toEqual(code('VALIDATION_FAILED'));
      await expect(keys.create(2_000_000_000, { name: 'a' }, null)).rejects.toEqual(code('NOT_FOUND'));
    });

    it('are made once for each request, however often it is repeated', async () => {
      const { userId } = await newUser();
      const request = { requestKey: hashApiKey(`request of ${userId}`), requestHash: '' };
      const done = await settled(Array.from({ length: 5 }, () => keys.create(userId, { name: 'a' }, request)));
      expect(done).toBe(1);
      expect((await keys.list(userId, new PagingQuery())).totalItemCount).toBe(1);
    });

    it('are at most a hundred for each user, also when they are made at once', async () => {
      const { userId } = await newUser();
      const more = Array.from({ length: 97 }, (_, index) => ({
        ...describeApiKey(`key ${index} of ${userId}`, 'more'),
        userId,
      }));
      await database.getRepository(ApiKey).insert(more);
      expect(await settled(Array.from({ length: 8 }, () => newKey(userId)))).toBe(3);
      await expect(newKey(userId)).rejects.toEqual(code('CONFLICT'));
    });

    it('note their last use in the background, at most once a minute', async () => {
      const { userId } = await newUser();
      const { key, apiKeyId } = await newKey(userId);
      const lastUse = async (): Promise<number | undefined> =>
        (await database.getRepository(ApiKey).findOneByOrFail({ id: apiKeyId })).lastUsedAt?.getTime();
      await keys.identify(key);
      await keys.onModuleDestroy();
      const first = await lastUse();
      expect(first).toBeGreaterThan(Date.now() - 10_000);
      await Promise.all(Array.from({ length: 10 }, () => keys.identify(key)));
      await keys.onModuleDestroy();
      expect(await lastUse()).toBe(first);
    });
  });

  describe('system messages', () => {
    it('come back as they were written', async () => {
      const user = await newUser();
      for (const systemMessage of [
        'null',
        '123',
        '"x"',
        '{"a":1}',
        ` ${'😀'.repeat(49_998)} `,
        "'; DROP TABLE users --",
      ]) {
        const id = await messages.create(user, { displayName: ' Näme 😀 ', systemMessage });
        expect(await messages.get(user, id)).toEqual({
          userSystemMessageId: id,
          displayName: 'Näme 😀',
          systemMessage,
        });
        expect(await users.getSystemMessage(user, id)).toEqual({ id, displayName: 'Näme 😀', systemMessage });
      }
      expect(await messages.count(user)).toEqual({ systemMessageCount: 6 });
    });

    it('are visible to their owner only', async () => {
      const [owner, stranger] = [await newUser(), await newUser('admin')];
      const dto = { displayName: 'mine', systemMessage: 'secret' };
      const id = await messages.create(owner, dto);
      await expect(messages.get(stranger, id)).rejects.toEqual(code('NOT_FOUND'));
      await expect(messages.update(stranger, id, dto)).rejects.toEqual(code('NOT_FOUND'));
      await expect(messages.delete(stranger, id)).rejects.toEqual(code('NOT_FOUND'));
      expect((await messages.list(stranger, new PagingQuery())).items).toEqual([]);
      await messages.update(owner, id, { displayName: 'new', systemMessage: 'newer' });
      expect((await messages.list(owner, new PagingQuery())).items).toEqual([
        { userSystemMessageId: id, displayName: 'new' },
      ]);
      await messages.delete(owner, id);
      await expect(messages.delete(owner, id)).rejects.toEqual(code('NOT_FOUND'));
    });

    it('are at most two hundred for each user, also when they are made at once', async () => {
      const user = await newUser();
      const create = () => messages.create(user, { displayName: 'x', systemMessage: 'y' });
      for (let batch = 0; batch < 11; batch++) await Promise.all(Array.from({ length: 18 }, create));
      expect(await settled(Array.from({ length: 6 }, create))).toBe(2);
      await expect(create()).rejects.toEqual(code('CONFLICT'));
      expect(await messages.count(user)).toEqual({ systemMessageCount: 200 });
    });

    it('go with their user', async () => {
      const user = await newUser();
      const id = await messages.create(user, { displayName: 'x', systemMessage: 'y' });
      await newKey(user.userId);
      await admin.delete(user.userId);
      expect(await database.query('SELECT id FROM user_system_messages WHERE id = ?', [id])).toEqual([]);
      expect(await database.query('SELECT id FROM api_keys WHERE user_id = ?', [user.userId])).toEqual([]);
      await expect(messages.create(user, { displayName: 'x', systemMessage: 'y' })).rejects.toEqual(code('NOT_FOUND'));
    });
  });
});
