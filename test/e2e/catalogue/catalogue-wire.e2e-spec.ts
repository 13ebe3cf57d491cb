import { request } from 'node:http';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';

interface WireAnswer {
  status: number;
  type: string;
  text: string;
}

const GENERATED = 'application/*+json';

describe('requests as clients send them', () => {
  let server: ChatServer;
  let botId = '';
  let startBotId = '';

  /** Nothing is added to the headers but what HTTP itself needs. */
  const send = (
    method: string,
    path: string,
    {
      body,
      headers = {},
      key = ADMIN_KEY,
    }: { body?: string; headers?: Record<string, string>; key?: string | null } = {},
  ): Promise<WireAnswer> =>
    new Promise((resolve, reject) => {
      const authorization = key === null ? {} : { Authorization: `Bearer ${key}` };
      const outgoing = request(
        server.app.url + path,
        { method, headers: { Accept: '*/*', 'User-Agent': 'python-requests/2.32.3', ...authorization, ...headers } },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming.on('data', (part: Buffer) => parts.push(part));
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode!,
              type: incoming.headers['content-type'] ?? '',
              text: Buffer.concat(parts).toString('utf8'),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const json = (value: unknown, type = 'application/json'): { body: string; headers: Record<string, string> } => ({
    body: JSON.stringify(value),
    headers: { 'Content-Type': type },
  });
  const parsed = <Value = Record<string, unknown>>({ text }: WireAnswer): Value => JSON.parse(text) as Value;
  const createChat = async (key: string | null = ADMIN_KEY): Promise<string> =>
    String(parsed(await send('POST', '/api/chats', { ...json({ botId }), key }))['chatId']);
  const createMessage = async (): Promise<string> =>
    parsed<string>(
      await send(
        'POST',
        '/api/users/current/userSystemMessage',
        json({ displayName: 'foo', systemMessage: 'Be brief.' }),
      ),
    );

  beforeAll(async () => {
    server = await ChatServer.start();
    botId = String(parsed(await send('GET', '/api/chats/OpenChatBotId', { key: null }))['openChatBotId']);
    const bot = {
      code: 'start',
      displayNameTv: { value: 'Start', valueDe: 'Start' },
      isStartBot: true,
      isActive: true,
    };
    startBotId = String(parsed(await send('POST', '/api/admin/bots', json({ ...bot, isPublic: true })))['botId']);
    const member = json({ isDefaultBot: true, keywords: 'hello' });
    await send('POST', `/api/admin/bots/${startBotId}/bots/${botId}`, member);
  }, 60_000);
  afterAll(() => server.stop());

  describe('status and type', () => {
    it('are 200 and JSON for POSTs, too', async () => {
      expect(await send('POST', '/api/chats', json({ botId }))).toMatchObject({
        status: 200,
        type: 'application/json; charset=utf-8',
      });
    });

    it.each([
      'application/*+json',
      'application/json',
      'text/json',
      'application/vnd.api+json',
      'Application/JSON; charset=UTF-8',
    ])('take a body as %s', async (type) => {
      expect((await send('POST', '/api/chats', json({ botId }, type))).status).toBe(200);
    });

    it.each([
      ['PUT', '/api/users/current/acceptTerms'],
      ['PUT', '/api/statistic'],
      ['PUT', '/api/admin/bots/stop/False'],
      ['DELETE', '/cache'],
      ['DELETE', '/api/users/current/chats/all/True'],
    ])('%s %s answers {} without a body, with and without a content type', async (method, path) => {
      for (const headers of [{}, { 'Content-Type': 'application/json' }, { 'Content-Type': GENERATED }] as Record<
        string,
        string
      >[]) {
        expect(await send(method, path, { headers })).toEqual({
          status: 200,
          type: 'application/json; charset=utf-8',
          text: '{}',
        });
      }
    });

    it('are those of JSON strings where the answer is a text', async () => {
      const chatId = await createChat();
      const search = await send('POST', `/api/bots/${startBotId}/search`, json({ userMessage: 'hello' }));
      expect([search.status, search.text]).toEqual([200, JSON.stringify(botId)]);
      const endpoint = { azureOpenAiEndpoint: server.provider.baseUrl, azureOpenAiApiKey: 'sk-test' };
      const service = json({ displayName: 'Mine', isActive: true, ...endpoint }, GENERATED);
      expect((await send('POST', '/api/admin/openAiServices', service)).text).toMatch(/^"[\w-]{36}"$/);
      for (const headers of [{}, { 'Content-Type': 'application/json' }] as Record<string, string>[]) {
        const ticket = await send('POST', `/api/chats/${chatId}/tickets`, { headers });
        expect(ticket).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' });
        expect(ticket.text).toMatch(/^"[\w-]{20,}"$/);
      }
      expect(await createMessage()).toMatch(/^[\w-]{36}$/);
    });

    it('are those of a JSON boolean for the stop switch, which asking does not throw', async () => {
      expect(await send('GET', '/api/bots/stop', { key: null })).toMatchObject({ status: 200, text: 'false' });
      expect(await send('PUT', '/api/admin/bots/stop/True')).toMatchObject({ status: 200 });
      expect((await send('GET', '/api/bots/stop', { key: null })).text).toBe('true');
      expect(await send('PUT', '/api/admin/bots/stop/false')).toMatchObject({ status: 200 });
    });
  });

  describe('chats', () => {
    it('answer all four fields that clients send, and one alone', async () => {
      const path = `/api/chats/${await createChat()}/completions`;
      const flags = { ignoreChatHistory: false, isAdminChat: false, isTraceLogEnabled: false };
      const answer = await send('POST', path, json({ userMessage: 'hi', ...flags }));
      expect(answer.status).toBe(200);
      const body = parsed(answer);
      const strings = [
        'completionId',
        'chatId',
        'userMessage',
        'assistantMessage',
        'botId',
        'botDisplayName',
        'botDisplayMessage',
        'botDescription',
      ];
      for (const name of strings) expect([name, typeof body[name]]).toEqual([name, 'string']);
      expect(body['traceLog']).toBeNull();
      expect((await send('POST', path, json({ userMessage: 'hi' }, GENERATED))).status).toBe(200);
      expect(await send('POST', path, json({ ignoreChatHistory: true }))).toMatchObject({ status: 400 });
    });

    it('name sources without nulls, with addresses that work', async () => {
      const chatId = await createChat();
      const file = { body: 'The office closes at five.', headers: { 'Content-Type': 'text/plain' } };
      expect((await send('PUT', `/api/chats/${chatId}/downloads/house/rules%20of%20work.txt`, file)).status).toBe(200);
      const answer = await send(
        'POST',
        `/api/chats/${chatId}/completions`,
        json({ userMessage: 'When does it close?' }),
      );
      const { sources } = parsed<{ metaData: { sources: Record<string, string>[] } }>(answer).metaData;
      expect(sources).toHaveLength(1);
      for (const value of Object.values(sources[0]!)) expect(typeof value).toBe('string');
      const ticket = parsed<string>(await send('POST', sources[0]!['createTicketUrl']!));
      const download = `${sources[0]!['url']}?ticket=${ticket}`;
      expect(await send('GET', download, { key: null })).toMatchObject({ status: 200, text: file.body });
      expect((await send('GET', download, { key: null })).status).not.toBe(200);
    });

    it('are opened, used, read and deleted without any token', async () => {
      const chatId = await createChat(null);
      const path = `/api/chats/${chatId}`;
      const message = { ...json({ userMessage: 'hi' }), key: null };
      expect((await send('POST', `${path}/completions`, message)).status).toBe(200);
      expect(parsed<{ completions: unknown[] }>(await send('GET', path, { key: null })).completions).toHaveLength(1);
      expect(await send('DELETE', path, { key: null })).toMatchObject({ status: 200, text: '{}' });
      expect((await send('GET', path, { key: null })).status).toBe(404);
    });

    it('answer 400 for a missing botId and 404 for an unknown one', async () => {
      expect(parsed(await send('POST', '/api/chats', json({})))).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
      });
      expect(parsed(await send('POST', '/api/chats', json({ botId: 'unknown' })))).toMatchObject({ status: 404 });
    });
  });

  describe('lists', () => {
    const idsOf = (answer: WireAnswer): string[] =>
      parsed<{ items: { chatId?: string; id?: string }[] }>(answer).items.map((item) => item.chatId ?? item.id ?? '');

    it('read False and True, names in any case, and paths in any case', async () => {
      await send('DELETE', '/api/users/current/chats/all/False');
      const plain = await createChat();
      const favorite = await createChat();
      await send('PUT', `/api/users/current/chats/${favorite}/isfavorite`, json({ isFavorite: true }, GENERATED));
      const userSystemMessageId = await createMessage();
      await send('PUT', `/api/chats/${plain}/userSystemMessage`, json({ userSystemMessageId }));
      const paging = 'PageNumber=1&PageSize=20';
      const list = async (path: string): Promise<string[]> =>
        idsOf(await send('GET', `/api/users/current/chats${path}`));
      expect((await list(`/${botId}?OnlyFavorites=False&${paging}`)).toSorted()).toEqual([plain, favorite].toSorted());
      expect(await list(`/${botId}?OnlyFavorites=True&${paging}`)).toEqual([favorite]);
      expect(await list(`?onlyfavorites=true&pagenumber=1&pagesize=20`)).toEqual([favorite]);
      expect(
        await list(`/${botId}/${userSystemMessageId}?OnlyFavorites=False&SearchFor=&OrderBy=displayName&${paging}`),
      ).toEqual([plain]);
      expect(idsOf(await send('GET', `/API/Users/CURRENT/Chats/${botId}?OnlyFavorites=True`))).toEqual([favorite]);
      const page = parsed(await send('GET', `/api/users/current/chats?PageNumber=2&PageSize=1`));
      expect(page).toMatchObject({
        pageNumber: 2,
        totalPageCount: 2,
        pageSize: 1,
        totalItemCount: 2,
        hasPrevious: true,
        hasNext: false,
      });
      expect((await send('DELETE', `/api/users/current/chats/bybot/${botId}/${userSystemMessageId}/true`)).text).toBe(
        '{}',
      );
      expect(await list('')).toEqual([favorite]);
      await send('DELETE', '/api/users/current/chats/all/True');
      expect(await list('')).toEqual([favorite]);
      await send('DELETE', `/api/users/current/chats/bybot/${botId}/False`);
      expect(await list('')).toEqual([]);
    });

    it('read the filters of the statistics', async () => {
      const filters = `BotId=${botId}&TokenUsageTypeId=1&FromRequestDate=2024-01-02&ToRequestDate=2024-02-03`;
      const answer = await send('GET', `/api/statistic/tokenUsageStatistic?${filters}&PageNumber=1&PageSize=20`);
      expect(parsed(answer)).toMatchObject({ items: [], totalItemCount: 0 });
      expect((await send('GET', '/api/statistic/tokenUsageStatistic?FromRequestDate=2024-02-30')).status).toBe(400);
    });

    it.each(['displayName;DROP TABLE chats', "' OR 1=1 --", '(SELECT 1)', 'nothing asc'])(
      'ignore an order that they do not know: %s',
      async (order) => {
        expect((await send('GET', `/api/users/current/chats?OrderBy=${encodeURIComponent(order)}`)).status).toBe(200);
      },
    );
  });

  describe('refusals', () => {
    it.each([
      ['GET', '/api/chats/unknown'],
      ['DELETE', '/api/chats/unknown'],
      ['GET', '/api/bots/botimage/unknown'],
      ['GET', '/api/admin/openAiServices/unknown'],
      ['DELETE', '/api/admin/openAiService/unknown'],
      ['GET', '/api/admin/bots/unknown'],
      ['GET', '/api/admin/bots/unknown/facts'],
      ['POST', '/api/chats/unknown/tickets'],
      ['DELETE', '/api/users/current/chats/byid/unknown'],
      ['GET', '/api/nothing/here'],
    ])('%s %s is a problem of status 404', async (method, path) => {
      const answer = await send(method, path);
      expect(answer.type).toMatch(/^application\/problem\+json/);
      expect(parsed(answer)).toMatchObject({ status: 404, code: 'NOT_FOUND', title: expect.any(String) as string });
      expect(answer.status).toBe(404);
    });

    it.each([
      ['DELETE', '/api/users/current/chats/all/maybe'],
      ['PUT', '/api/admin/bots/stop/2'],
      ['GET', '/api/users/current/chats?OnlyFavorites=yes'],
      ['GET', '/api/users/current/chats?PageSize=0'],
      ['GET', '/api/users/current/chats?PageNumber=-1'],
    ])('%s %s is a problem of status 400', async (method, path) => {
      expect(parsed(await send(method, path))).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    });

    it('answer 400 to broken JSON and 415 to what is none', async () => {
      const headers = { 'Content-Type': 'application/json' };
      expect((await send('POST', '/api/chats', { body: '{"botId":', headers })).status).toBe(400);
      expect(
        (await send('POST', '/api/chats', { body: 'botId=1', headers: { 'Content-Type': 'text/plain' } })).status,
      ).toBe(415);
    });
  });
});
