import { startTestApp, type TestApp } from '../../support/app.js';
import { bearer, HttpClient, type Answer } from '../../support/http-client.js';

const ADMIN_KEY = 'administrator-of-the-tests-0123456789';

describe('the routes of users', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startTestApp({ ADMIN_API_KEY: ADMIN_KEY });
  });
  afterAll(() => server.stop());

  const call = (
    key: string | null,
    route: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const [method, path] = route.split(' ') as [string, string];
    const type = body !== undefined && { 'content-type': 'application/*+json' };
    const client = new HttpClient(server.url, key === null ? {} : bearer(key));
    return client.call(method, path, typeof body === 'string' ? Buffer.from(body) : body, { ...type, ...headers });
  };
  const admin = (route: string, body?: unknown) => call(ADMIN_KEY, route, body);
  let made = 0;
  const newUser = async (...roles: string[]): Promise<{ userId: number; key: string }> => {
    const { body } = await admin('POST /api/admin/users', { login: `user-${++made}`, roles });
    const key = await admin(`POST /api/admin/users/${String(body['userId'])}/apiKeys`, { name: 'test' });
    return { userId: body['userId'] as number, key: key.body['key'] as string };
  };
  const SETTINGS = { isKeepChatHistory: true, keepChatHistoryForDays: 0, isKeepFavoritesForever: true };
  const MESSAGE = { displayName: 'Short', systemMessage: 'Answer in one sentence.' };

  describe('for the current user', () => {
    it('show and change the account as the catalogue has it', async () => {
      const { userId, key } = await newUser('agent');
      const current = { id: userId, login: `user-${made}`, roles: ['user', 'agent'], isTermsAccepted: false };
      expect((await call(key, 'GET /api/users/current')).body).toEqual({ ...current, ...SETTINGS });
      expect(await call(key, 'PUT /api/users/current', { keepChatHistoryForDays: 7 })).toMatchObject({
        status: 200,
        text: '{}',
      });
      expect(await call(key, 'PUT /api/users/current', {})).toMatchObject({ status: 200, text: '{}' });
      expect(await call(key, 'PUT /api/users/current/acceptTerms')).toMatchObject({ status: 200, text: '{}' });
      expect((await call(key, 'GET /API/Users/Current')).body).toEqual({
        ...current,
        ...SETTINGS,
        isTermsAccepted: true,
        keepChatHistoryForDays: 7,
      });
    });

    it.each([
      { keepChatHistoryForDays: -1 },
      { keepChatHistoryForDays: 36_501 },
      { keepChatHistoryForDays: 1.5 },
      { keepChatHistoryForDays: '7' },
      { keepChatHistoryForDays: 1e300 },
      { isKeepChatHistory: 'true' },
      { isKeepFavoritesForever: 1 },
      { roles: ['admin'] },
      [],
      'null',
      '"x"',
    ])('refuse the settings %j', async (settings) => {
      const { key } = await newUser();
      expect((await call(key, 'PUT /api/users/current', settings)).status).toBe(400);
      expect((await call(key, 'GET /api/users/current')).body).toMatchObject(SETTINGS);
    });
  });

  describe('for system messages', () => {
    const BASE = '/api/users/current/userSystemMessage';

    it('create, list, count, read, replace and delete', async () => {
      const { key } = await newUser();
      const created = await call(key, `POST ${BASE}`, MESSAGE);
      const id = JSON.parse(created.text) as string;
      expect(created).toMatchObject({ status: 200, text: JSON.stringify(id) });
      expect((await call(key, `GET ${BASE}/${id}`)).body).toEqual({ userSystemMessageId: id, ...MESSAGE });
      expect(await call(key, `PUT ${BASE}/${id}`, { ...MESSAGE, displayName: ' Shorter ' })).toMatchObject({
        status: 200,
        text: '{}',
      });
      expect((await call(key, `GET ${BASE}?PageNumber=1&PageSize=20`)).body).toEqual({
        pageNumber: 1,
        totalPageCount: 1,
        pageSize: 20,
        totalItemCount: 1,
        hasPrevious: false,
        hasNext: false,
        items: [{ userSystemMessageId: id, displayName: 'Shorter' }],
      });
      expect((await call(key, `GET ${BASE}Count`)).body).toEqual({ systemMessageCount: 1 });
      expect(await call(key, `DELETE ${BASE}/${id}`)).toMatchObject({ status: 200, text: '{}' });
      expect((await call(key, `GET ${BASE}/${id}`)).status).toBe(404);
    });

    it('search, order and page', async () => {
      const { key } = await newUser();
      for (const displayName of ['b', 'a', 'C%', 'cc']) await call(key, `POST ${BASE}`, { ...MESSAGE, displayName });
      const names = async (query: string) =>
        ((await call(key, `GET ${BASE}?${query}`)).body['items'] as { displayName: string }[]).map(
          (item) => item.displayName,
        );
      expect(await names('OrderBy=-displayName&PageSize=2&PageNumber=2')).toHaveLength(2);
      expect(await names('searchfor=c%25')).toEqual(['C%']);
      expect(await names('OrderBy=createdAt%20desc')).toEqual(['cc', 'C%', 'a', 'b']);
      expect(await names('PageNumber=9&Unknown=1')).toEqual([]);
      for (const query of ['PageNumber=0', 'PageSize=-1', 'PageSize=1000000000', 'PageNumber=1e3'])
        expect((await call(key, `GET ${BASE}?${query}`)).status).toBe(400);
    });

    it('are visible to their owner only', async () => {
      const [owner, stranger] = [await newUser(), await newUser('agent')];
      const id = JSON.parse((await call(owner.key, `POST ${BASE}`, MESSAGE)).text) as string;
      for (const [method, body] of [['GET'], ['PUT', MESSAGE], ['DELETE']] as const)
        expect((await call(stranger.key, `${method} ${BASE}/${id}`, body)).status).toBe(404);
      expect((await call(owner.key, `GET ${BASE}/${id}`)).body).toMatchObject(MESSAGE);
    });

    it.each(['nothing', '%00', '..%2f..', '%F0%9F%98%80', "'%20OR%201=1", 'x'.repeat(900)])(
      'have none with the id %p',
      async (id) => {
        const { key } = await newUser();
        expect((await call(key, `GET ${BASE}/${id}`)).status).toBe(404);
        expect((await call(key, `DELETE ${BASE}/${id}`)).status).toBe(404);
      },
    );

    it.each([
      {},
      { displayName: 'x' },
      { ...MESSAGE, displayName: null },
      { ...MESSAGE, displayName: '  ' },
      { ...MESSAGE, displayName: 'x'.repeat(201) },
      { ...MESSAGE, displayName: 'x\ufe0f'.repeat(200) },
      { ...MESSAGE, displayName: ['x'] },
      { ...MESSAGE, systemMessage: '' },
      { ...MESSAGE, systemMessage: 'x'.repeat(50_001) },
      { ...MESSAGE, more: 1 },
      '{"displayName":"a\\u0000","systemMessage":"b"}',
      '{"__proto__":{"displayName":"a"},"systemMessage":"b"}',
    ])('refuse %.80j', async (body) => {
      const { key } = await newUser();
      expect((await call(key, `POST ${BASE}`, body)).status).toBe(400);
      expect((await call(key, `GET ${BASE}Count`)).body).toEqual({ systemMessageCount: 0 });
    });
  });

  describe('for API keys', () => {
    const BASE = '/api/users/current/apiKeys';

    it('show a key once', async () => {
      const { key: first } = await newUser();
      const { body } = await call(first, `POST ${BASE}`, { name: 'laptop', expiresAt: '2030-01-01T00:00:00+01:00' });
      const { key, ...shown } = body as { key: string } & Record<string, unknown>;
      expect(shown).toMatchObject({ name: 'laptop', expiresAt: '2029-12-31T23:00:00.000Z', lastUsedAt: null });
      expect((await call(key, 'GET /api/users/current')).status).toBe(200);
      const list = await call(first, `GET ${BASE}?SearchFor=LAPTOP`);
      expect(list.body['items']).toMatchObject([{ apiKeyId: shown['apiKeyId'], prefix: key.slice(0, 9) }]);
      expect(list.text).not.toContain(key.slice(10));
      expect(await call(first, `DELETE ${BASE}/${String(shown['apiKeyId'])}`)).toMatchObject({
        status: 200,
        text: '{}',
      });
      expect((await call(key, 'GET /api/users/current')).status).toBe(401);
      expect((await call(first, `DELETE ${BASE}/${String(shown['apiKeyId'])}`)).status).toBe(404);
    });

    it('make one key for each Idempotency-Key, and keep no copy of it', async () => {
      const { key } = await newUser();
      const repeat = () => call(key, `POST ${BASE}`, { name: 'once' }, { 'idempotency-key': 'again' });
      expect((await repeat()).status).toBe(200);
      expect(await repeat()).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
      expect((await call(key, `GET ${BASE}?SearchFor=once`)).body['totalItemCount']).toBe(1);
    });

    it.each([
      {},
      { name: '' },
      { name: 'x'.repeat(101) },
      { name: 5 },
      { name: 'x', expiresAt: '2030-02-30T00:00:00Z' },
      { name: 'x', expiresAt: '2030-01-01' },
      { name: 'x', expiresAt: '2030-01-01T00:00:00' },
      { name: 'x', expiresAt: '2001-01-01T00:00:00Z' },
      { name: 'x', expiresAt: 1_900_000_000 },
      { name: 'x', userId: 1 },
    ])('refuse %j', async (body) => {
      const { key } = await newUser();
      expect((await call(key, `POST ${BASE}`, body)).status).toBe(400);
    });
  });

  describe('for administrators', () => {
    const BASE = '/api/admin/users';

    it('create, read, change, list and delete accounts', async () => {
      const created = await admin(`POST ${BASE}`, {
        login: 'Carla@Example.com',
        displayName: 'Carla',
        roles: ['agent'],
      });
      expect(created.status).toBe(200);
      const { userId, createdAt } = created.body;
      const carla = {
        userId,
        login: 'carla@example.com',
        displayName: 'Carla',
        roles: ['user', 'agent'],
        isExternal: false,
        isTermsAccepted: false,
        createdAt,
      };
      expect(created.body).toEqual(carla);
      expect((await admin(`GET ${BASE}?SearchFor=CARLA`)).body['items']).toEqual([carla]);
      expect(await admin(`PUT ${BASE}/${String(userId)}`, { displayName: 'C.' })).toMatchObject({
        status: 200,
        text: '{}',
      });
      expect((await admin(`GET ${BASE}/${String(userId)}`)).body).toEqual({ ...carla, displayName: 'C.' });
      expect((await admin(`POST ${BASE}`, { login: 'CARLA@example.com', roles: [] })).body).toMatchObject({
        code: 'CONFLICT',
      });
      expect(await admin(`DELETE ${BASE}/${String(userId)}`)).toMatchObject({ status: 200, text: '{}' });
      expect((await admin(`GET ${BASE}/${String(userId)}`)).status).toBe(404);
    });

    it('keep the last administrator', async () => {
      const { id } = (await admin('GET /api/users/current')).body;
      expect(await admin(`DELETE ${BASE}/${String(id)}`)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
      expect((await admin(`PUT ${BASE}/${String(id)}`, { roles: ['agent'] })).status).toBe(409);
      expect((await admin('GET /api/users/current')).body).toMatchObject({ roles: ['user', 'agent', 'admin'] });
    });

    it.each(['0', '-1', '1.5', '01', '1e3', '2147483648', '99999999999999999999', 'me', '%20', '2147483647'])(
      'have no user %p',
      async (id) => {
        for (const route of [`GET ${BASE}/${id}`, `DELETE ${BASE}/${id}`])
          expect((await admin(route)).status).toBe(404);
        expect((await admin(`PUT ${BASE}/${id}`, { displayName: 'x' })).status).toBe(404);
        expect((await admin(`POST ${BASE}/${id}/apiKeys`, { name: 'x' })).status).toBe(404);
        expect((await admin(`GET ${BASE}/${id}/apiKeys`)).status).toBe(404);
      },
    );

    it.each([
      {},
      { login: 'x' },
      { login: '', roles: [] },
      { login: 'a\nb', roles: [] },
      { login: 'x'.repeat(191), roles: [] },
      { login: 'x', roles: 'admin' },
      { login: 'x', roles: ['root'] },
      { login: 'x', roles: ['admin', 'admin', 'admin', 'admin'] },
      { login: 'x', roles: [], displayName: 'x'.repeat(191) },
      { login: 'x', roles: [], subject: 'issuer|x' },
    ])('refuse %.80j', async (body) => expect((await admin(`POST ${BASE}`, body)).status).toBe(400));

    it('take the chats of a deleted user along', async () => {
      const { userId, key } = await newUser();
      const bot = await call(key, 'GET /api/chats/OpenChatBotId');
      const chat = await call(key, 'POST /api/chats', { botId: bot.body['openChatBotId'] });
      expect(chat.status).toBe(200);
      expect((await admin(`DELETE ${BASE}/${userId}`)).status).toBe(200);
      expect((await admin(`GET /api/chats/${String(chat.body['chatId'])}`)).status).toBe(404);
    });

    const routes = [
      `GET ${BASE}`,
      `POST ${BASE}`,
      `GET ${BASE}/1`,
      `PUT ${BASE}/1`,
      `DELETE ${BASE}/1`,
      `GET ${BASE}/1/apiKeys`,
      `POST ${BASE}/1/apiKeys`,
      `DELETE ${BASE}/1/apiKeys/x`,
    ];
    it.each(routes)('are for administrators only: %s', async (route) => {
      expect((await call(null, route)).status).toBe(401);
      expect((await call((await newUser()).key, route)).status).toBe(403);
      expect((await call((await newUser('agent')).key, route)).status).toBe(403);
    });
  });
});
