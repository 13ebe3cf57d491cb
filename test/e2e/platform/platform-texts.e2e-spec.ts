import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';

/** Looks like an id or a word to one of the layers, and is no ASCII. */
const TEXTS = {
  'full-width digits': '１２３',
  'a zero-width space': '\u200b',
  'Arabic digits': '\u0661\u0660',
  'an emoji': '👋',
  'a combining accent': 'a\u0301',
};

/** Runs on the engine of this run; the expectations are the same for each, which keeps them alike. */
describe('text that is no id', () => {
  let server: ChatServer;
  let botId: string;
  let chatId: string;
  const document = new OpenApiValidator();

  beforeAll(async () => {
    server = await ChatServer.start();
    botId = String((await server.call('GET', '/api/chats/OpenChatBotId')).body['openChatBotId']);
    chatId = String((await server.asAdmin('POST', '/api/chats', { botId })).body['chatId']);
  });
  afterAll(() => server.stop());

  describe.each(Object.entries(TEXTS))('%s', (_name, text) => {
    it('is nothing that is there', async () => {
      const statuses = [
        await server.call('POST', '/api/chats', { botId: text }),
        await server.call('POST', '/api/chats/create/bybotcode', { botCode: text }),
        await server.asAdmin('PUT', `/api/chats/${chatId}/userSystemMessage`, { userSystemMessageId: text }),
        await server.asAdmin('PUT', `/api/admin/bots/${botId}`, { openAiServiceId: text }),
      ].map(({ status }) => status);
      expect(statuses).toEqual([404, 404, 404, 400]);
    });

    it('can be searched for in every list', async () => {
      const lists = document.operations.filter(({ id }) => document.parameters(id).includes('SearchFor'));
      expect(lists.length).toBeGreaterThan(10);
      for (const { path } of lists) {
        if (/\.(csv|jsonl)$/.test(path)) continue;
        const filled = path.replace(/\{[^}]+\}/g, botId);
        const { status } = await server.asAdmin('GET', `${filled}?SearchFor=${encodeURIComponent(text)}`);
        expect([path, status]).toEqual([path, path.includes('{') && status === 404 ? 404 : 200]);
      }
    });

    it('is answered in every path parameter', async () => {
      for (const { method, path } of document.operations.filter((operation) => operation.path.includes('{'))) {
        const filled = path.replace(/\{[^}]+\}/g, encodeURIComponent(text));
        const answer = await fetch(server.app.url + filled, {
          method,
          headers: { authorization: `Bearer ${ADMIN_KEY}` },
        });
        expect([method, path, answer.status < 500]).toEqual([method, path, true]);
      }
    });
  });

  it('is refused by a rule, if at all, in every query parameter and every field of a body', async () => {
    const text = '１２３👋';
    const refusals: string[] = [];
    const send = async (method: string, path: string, name: string, body?: object): Promise<void> => {
      const answer = await fetch(server.app.url + path.replace(/\{[^}]+\}/g, botId), {
        method,
        headers: { authorization: `Bearer ${ADMIN_KEY}`, ...(body && { 'content-type': 'application/json' }) },
        body: body && JSON.stringify(body),
      });
      const problem = answer.status === 400 ? await answer.text() : '';
      if (answer.status !== 400) await answer.body?.cancel();
      // What the database has refused names no field.
      if (answer.status >= 500 || (problem.includes('VALIDATION_FAILED') && !problem.includes('"path"')))
        refusals.push(`${method} ${path} ${name}: ${answer.status} ${problem}`);
    };
    for (const { id, method, path } of document.operations) {
      for (const name of document.parameters(id))
        await send(method, `${path}?${name}=${encodeURIComponent(text)}`, name);
      const body = document.exampleBody(id) ?? {};
      for (const [name, value] of Object.entries(body))
        if (typeof value === 'string' && !/url|endpoint/i.test(name))
          await send(method, path, name, { ...body, [name]: text });
    }
    expect(refusals).toEqual([]);
  }, 60_000);
});
