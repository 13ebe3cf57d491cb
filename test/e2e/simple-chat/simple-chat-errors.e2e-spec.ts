import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import type { Answer } from '../../support/http-client.js';
import { SimpleChatClient } from './simple-chat.support.js';

describe('the errors of the simple chat', () => {
  let server: ChatServer;
  let client: SimpleChatClient;
  beforeAll(async () => {
    server = await ChatServer.start();
    client = new SimpleChatClient(server);
  });
  afterAll(() => server.stop());

  describe('bad input', () => {
    const SOMETHING = { error: expect.stringMatching(/^.{5,200}$/) };
    const MISSING = { error: 'Message is required' };
    const BODIES: [what: string, body: string | Buffer, status: number, answer?: object][] = [
      ['nothing', '', 400, MISSING],
      ['an empty object', '{}', 400, MISSING],
      ['an empty message', '{"message":""}', 400, MISSING],
      ['a blank message', '{"message":" \\n "}', 400, MISSING],
      ['a message that is null', '{"message":null}', 400, MISSING],
      ['a message that is a number', '{"message":5}', 400, MISSING],
      ['a message that is an object', '{"message":{"a":1}}', 400, MISSING],
      ['a message that is a list', '{"message":["Hi"]}', 400, MISSING],
      ['a list', '[{"message":"Hi"}]', 400],
      ['null', 'null', 400],
      ['a string', '"Hi"', 400],
      ['half of a body', '{"message":"Hi"', 400],
      ['no JSON at all', 'message=Hi', 400],
      ['broken UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
      ['a NUL', '{"message":"a\\u0000b"}', 400],
      ['half of a surrogate pair', '{"message":"\\ud800"}', 400],
      ['__proto__', '{"message":"Hi","__proto__":{"isAdmin":true}}', 400],
      ['a depth of 10,000', '['.repeat(10_000), 400],
      ['a message of 32,001 characters', JSON.stringify({ message: 'x'.repeat(32_001) }), 400],
      ['a message of 1 MB', JSON.stringify({ message: 'x'.repeat(1_048_576) }), 413],
      ['a user id of 10 kB', JSON.stringify({ message: 'Hi', user_id: 'x'.repeat(10_000) }), 400],
      ['a user id of 201 characters', JSON.stringify({ message: 'Hi', user_id: 'x'.repeat(201) }), 400],
      ['a user id that is an object', '{"message":"Hi","user_id":{"$ne":null}}', 400],
      ['a user id that is a list', '{"message":"Hi","user_id":[]}', 400],
      ['a user id that is a number', '{"message":"Hi","user_id":7}', 400],
      ['a user id that is true', '{"message":"Hi","user_id":true}', 400],
      ['a thread id that is an object', '{"message":"Hi","thread_id":{}}', 400],
      ['a thread id that is a number', '{"message":"Hi","thread_id":1}', 400],
    ];

    const stored = (): Promise<unknown> =>
      server.app.app
        .get<DataSource>(getDataSourceToken(), { strict: false })
        .query(
          'SELECT (SELECT COUNT(*) FROM chats) AS chats, (SELECT COUNT(*) FROM messages) AS messages, (SELECT COUNT(*) FROM simple_chat_threads) AS threads',
        );

    it.each(BODIES)('refuses %s, and nothing comes of it', async (_what, body, status, expected = SOMETHING) => {
      const before = await stored();
      expect(await client.errorOf(body)).toEqual([status, expected]);
      expect(await stored()).toEqual(before);
    });

    it('has the same shape for what never reaches the handler', async () => {
      const shape = { error: expect.any(String) };
      expect(await client.errorOf('{"message":"Hi"}', { 'content-type': 'text/html' })).toEqual([415, shape]);
      expect(await client.errorOf('{"message":"Hi"}', { 'content-encoding': 'gzip' })).toEqual([415, shape]);
      expect(await client.errorOf({ message: 'Hi' }, { authorization: 'Bearer wrong' })).toEqual([401, shape]);
      expect(await client.errorOf({ message: 'Hi' }, { authorization: 'Basic YTpi' })).toEqual([401, shape]);
      for (const [method, path] of [
        ['GET', '/api/chat'],
        ['DELETE', '/API/Chat/?a=b'],
        ['PUT', '//api/chat'],
      ] as const) {
        const refused = await server.call(method, path);
        expect([refused.status, refused.headers.get('allow'), refused.body]).toEqual([405, 'POST', shape]);
      }
      const elsewhere = await server.call('GET', '/api/chats');
      expect(elsewhere.body).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    });

    it('takes the longest that is allowed', async () => {
      const user_id = '\u{1F600}'.repeat(100);
      await client.say({ message: `${'x'.repeat(31_980)} [[text=Long!]]`, user_id });
      expect((await client.exported())[user_id]).toMatchObject([{ bot: 'Long!' }]);
    });
  });

  describe('when the assistant fails', () => {
    it.each([
      ['[[status=401]]', 502, /^OpenAI API error: ./],
      ['[[status=400]]', 502, /^OpenAI API error: ./],
      ['[[modelNotFound]]', 502, /^OpenAI API error: ./],
      ['[[quota]]', 503, /^OpenAI API error: ./],
      ['[[finish=length text=]]', 502, /^No response from Assistant$/],
      ['[[malformed]]', 502, /^No response from Assistant$/],
    ])('answers %s with %d and the words its clients know', async (directive, status, error) => {
      const answer = await client.errorOf({ message: `Hi ${directive}`, user_id: directive });
      expect(answer).toEqual([status, { error: expect.stringMatching(error) }]);
      expect(JSON.stringify(answer)).not.toContain('sk-fake');
      expect(Object.keys(await client.exported())).not.toContain(directive);
    });

    it('says when it was stopped', async () => {
      await server.asAdmin('PUT', '/api/admin/bots/stop/true');
      try {
        const stopped = await client.send<unknown>({ message: 'Hi' });
        expect([stopped.status, stopped.body]).toEqual([503, { error: expect.any(String) }]);
        expect(stopped.headers.get('retry-after')).toBe('60');
      } finally {
        await server.asAdmin('PUT', '/api/admin/bots/stop/false');
      }
    });

    it('lets the user go on afterwards', async () => {
      await client.errorOf({ message: 'Hi [[status=400]]', user_id: 'patient' });
      expect(await client.say({ message: 'Again [[text=Here]]', user_id: 'patient' })).toMatchObject({
        answer: 'Here',
      });
    });
  });
});

describe('the bot of the simple chat', () => {
  const withBot = async (
    code: string,
    bot: { isPublic: boolean; isActive?: boolean; hasService?: boolean } | null,
  ): Promise<Answer> => {
    const server = await ChatServer.start({
      SIMPLE_CHAT_BOT: code,
      SIMPLE_CHAT_HANDED_OVER_TEXT: 'Please hold the line.',
    });
    try {
      const texts = { displayNameTv: { value: 'Shop', valueDe: '' }, isActive: true, openAiServiceId: null };
      const { hasService = true, ...fields } = bot ?? {};
      if (bot !== null) await server.asAdmin('POST', '/api/admin/bots', { code, ...texts, ...fields });
      if (!hasService) await switchServicesOff(server);
      return await server.call('POST', '/api/chat', { message: 'I want a human' });
    } finally {
      await server.stop();
    }
  };
  const NOT_SET_UP = [503, { error: 'API key or Assistant ID is missing.' }];

  /** Bots that name no service answer through the default one, as long as there is one. */
  const switchServicesOff = async (server: ChatServer): Promise<void> => {
    const path = '/api/admin/openAiServices';
    const { body: page } = await server.asAdmin<{ items: { id: string; displayName: string }[] }>('GET', path);
    for (const { id, displayName } of page.items)
      await server.asAdmin('PUT', `${path}/${id}`, { displayName, isActive: false, isUpdateOpenAi: false });
  };

  it.each([
    ['is not there', 'missing', null],
    ['is not public', 'shop', { isPublic: false }],
    ['is not active', 'shop', { isPublic: true, isActive: false }],
    ['has no active service', 'shop', { isPublic: true, hasService: false }],
  ])('must be set up: a bot that %s', async (_what, code, bot) => {
    const { status, body } = await withBot(code, bot);
    expect([status, body]).toEqual(NOT_SET_UP);
  });

  it('is the configured one, and the text for those who wait is, too', async () => {
    const server = await ChatServer.start({ SIMPLE_CHAT_BOT: 'Shop', SIMPLE_CHAT_HANDED_OVER_TEXT: 'Please hold.' });
    try {
      const { body: page } = await server.asAdmin<{ items: { id: string }[] }>('GET', '/api/admin/openAiServices');
      const bot = {
        code: 'shop',
        displayNameTv: { value: 'Shop', valueDe: '' },
        baseSystemMessageTv: undefined,
        isActive: true,
        isPublic: true,
        openAiServiceId: page.items[0]!.id,
      };
      const { body: made } = await server.asAdmin('POST', '/api/admin/bots', bot);
      const path = `/api/admin/bots/${String(made['botId'])}/takeoverPolicy`;
      const { body: policy } = await server.asAdmin('GET', path);
      await server.asAdmin('PUT', path, { ...policy, keywords: ['human'] });
      const { status, body } = await server.call('POST', '/api/chat', { message: 'I want a human' });
      expect([status, body['answer']]).toEqual([200, 'Please hold.']);
    } finally {
      await server.stop();
    }
  });
});
