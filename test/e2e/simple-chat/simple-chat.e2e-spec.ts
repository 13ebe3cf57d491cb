import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { SimpleChatClient } from './simple-chat.support.js';
import { Person } from '../takeover/takeover.support.js';

describe('the simple chat', () => {
  let server: ChatServer;
  let client: SimpleChatClient;
  let agent: Person;
  beforeAll(async () => {
    server = await ChatServer.start({ CORS_ORIGINS: 'https://shop.example' });
    client = new SimpleChatClient(server);
    agent = await Person.create(server, 'Mira', ['agent']);
  });
  afterAll(() => server.stop());

  /** What the model was sent last, beside the system message. */
  const lastPrompt = (): string => JSON.stringify(server.provider.journal.last!.body);

  describe('as its clients use it', () => {
    it('answers the browser client and goes on in its thread', async () => {
      const user_id = 'user_1795219200123';
      const first = await client.send({ message: 'Hello [[text=**Hi!**]]', user_id, thread_id: null });
      expect(first).toMatchObject({ status: 200, body: { answer: '**Hi!**', thread_id: expect.any(String) } });
      expect(Object.keys(first.body)).toEqual(['answer', 'thread_id']);
      const second = await client.say({ message: 'And now?', user_id, thread_id: first.body.thread_id });
      expect(second.thread_id).toBe(first.body.thread_id);
      expect(lastPrompt()).toContain('**Hi!**');
    });

    it('answers a caller who says who it is and nothing else', async () => {
      const first = await client.say({ message: 'My name is Ada [[text=Hello Ada]]', user_id: 'ada' });
      const second = await client.say({ message: 'Who am I?', user_id: 'ada' });
      expect(second.thread_id).toBe(first.thread_id);
      expect(lastPrompt()).toContain('My name is Ada');
    });

    it.each([[{}], [{ user_id: null }], [{ user_id: '' }], [{ user_id: false }], [{ user_id: 'anonymous' }]])(
      'gives a caller with %j a thread of its own, never a shared one',
      async (caller) => {
        const secret = `secret-${crypto.randomUUID()}`;
        const one = await client.say({ message: `I know ${secret}`, ...caller });
        const other = await client.say({ message: 'What do I know?', ...caller });
        expect(other.thread_id).not.toBe(one.thread_id);
        expect(lastPrompt()).not.toContain(secret);
        const again = await client.say({ message: 'And I?', thread_id: one.thread_id, ...caller });
        expect(again.thread_id).toBe(one.thread_id);
        expect(lastPrompt()).toContain(secret);
      },
    );

    it('bears fields that it does not know, and JSON types of every kind', async () => {
      await client.say({ message: 'Hi', model: 'gpt-4', temperature: 0.5 });
      expect(await client.errorOf('{"message":"Hi"}', { 'content-type': 'application/*+json' })).toMatchObject([
        200,
        {},
      ]);
    });

    it('asks no more of callers with an account than of others', async () => {
      const { thread_id } = await client.say({ message: 'Hi' }, { authorization: `Bearer ${agent.key}` });
      expect(await client.say({ message: 'Hi again', thread_id })).toMatchObject({ thread_id });
    });

    it('makes one chat of many first messages of a user', async () => {
      const calls = Array.from({ length: 5 }, (_, i) => client.say({ message: `Call ${i}`, user_id: 'in a hurry' }));
      const threads = (await Promise.all(calls)).map(({ thread_id }) => thread_id);
      expect(new Set(threads).size).toBe(1);
      expect((await client.exported())['in a hurry']).toHaveLength(5);
    });

    it('repeats nothing for the same Idempotency-Key', async () => {
      const headers = { 'idempotency-key': 'once' };
      const first = await client.send({ message: 'Once' }, headers);
      const second = await client.send({ message: 'Once' }, headers);
      expect(second.body).toEqual(first.body);
      expect(second.headers.get('idempotency-replayed')).toBe('true');
      expect(await client.errorOf({ message: 'Other' }, headers)).toEqual([422, { error: expect.any(String) }]);
    });

    it('keeps the conversation of a bot when another bot is to answer', async () => {
      const { body: page } = await server.asAdmin<{ items: { botId: string }[] }>('GET', '/api/admin/bots');
      const before = await client.say({ message: 'Hi', user_id: 'loyal' });
      const bot = { code: 'second', displayNameTv: { value: 'Second', valueDe: '' }, isActive: true, isPublic: true };
      const { body: made } = await server.asAdmin('POST', '/api/admin/bots', bot);
      await server.asAdmin('PUT', `/api/admin/bots/${String(made['botId'])}/openBot`);
      try {
        expect(await client.say({ message: 'Hi', user_id: 'loyal', thread_id: before.thread_id })).toMatchObject(
          before,
        );
      } finally {
        await server.asAdmin('PUT', `/api/admin/bots/${page.items[0]!.botId}/openBot`);
      }
    });
  });

  describe('threads of others', () => {
    it('are not there', async () => {
      const ada = await client.say({ message: 'Hi', user_id: 'owner' });
      const anonymous = await client.say({ message: 'Hi' });
      const apiChat = await server.createChat();
      const missing = [404, { error: 'Thread not found' }];
      expect(await client.errorOf({ message: 'Hi', thread_id: ada.thread_id })).toEqual(missing);
      expect(await client.errorOf({ message: 'Hi', thread_id: ada.thread_id, user_id: 'other' })).toEqual(missing);
      expect(await client.errorOf({ message: 'Hi', thread_id: ada.thread_id, user_id: 'Owner' })).toEqual(missing);
      expect(await client.errorOf({ message: 'Hi', thread_id: ada.thread_id, user_id: 'owner ' })).toEqual(missing);
      expect(await client.errorOf({ message: 'Hi', thread_id: anonymous.thread_id, user_id: 'owner' })).toEqual(
        missing,
      );
      expect(await client.errorOf({ message: 'Hi', thread_id: apiChat })).toEqual(missing);
      for (const thread_id of ['thread_abc', crypto.randomUUID(), "' OR 1=1 --", 'x'.repeat(10_000), '\u{1F600}'])
        expect(await client.errorOf({ message: 'Hi', thread_id })).toEqual(missing);
    });

    it('are not shown by other routes to those who know the id alone', async () => {
      const { thread_id } = await client.say({ message: 'Hi', user_id: 'shy' });
      expect((await server.call('GET', `/api/chats/${thread_id}`)).status).toBe(404);
      expect((await server.call('DELETE', `/api/chats/${thread_id}`)).status).toBe(404);
      expect((await server.call('GET', `/api/chats/${thread_id}`, undefined, agent.headers)).status).toBe(404);
    });
  });

  describe('the conversation log', () => {
    const get = (): Promise<Response> =>
      client.raw('GET', '/api/admin/conversations.json', undefined, { authorization: `Bearer ${ADMIN_KEY}` });

    it('has the shape of the original, indented by four', async () => {
      const before = Date.now() / 1000;
      await client.say({ message: 'One [[text=1]]', user_id: 'logged "user"' });
      await client.say({ message: 'Two [[text=2\nlines]]', user_id: 'logged "user"' });
      await client.errorOf({ message: 'Bad [[status=400]]', user_id: 'logged "user"' });
      const text = await (await get()).text();
      const log = JSON.parse(text) as Record<string, { user: string; bot: string; timestamp: number }[]>;
      const entries = log['logged "user"']!;
      expect(entries.map(({ user, bot }) => [user, bot])).toEqual([
        ['One [[text=1]]', '1'],
        ['Two [[text=2\nlines]]', '2\nlines'],
      ]);
      for (const { timestamp } of entries) {
        expect(timestamp).toBeGreaterThan(before - 1);
        expect(timestamp).toBeLessThan(Date.now() / 1000 + 1);
      }
      const withoutZeros = text.replaceAll(/("timestamp": \d+)(?:\.000|(\.\d*?[1-9])0*)$/gm, '$1$2');
      expect(withoutZeros).toBe(`${JSON.stringify(log, null, 4)}\n`);
    });

    it('knows callers without a user id as anonymous, all of them', async () => {
      const count = async (): Promise<number> => (await client.exported())['anonymous']?.length ?? 0;
      const before = await count();
      await client.say({ message: 'Hi' });
      await client.say({ message: 'Hi', user_id: 'anonymous' });
      expect(await count()).toBe(before + 2);
    });

    it('forgets what is deleted', async () => {
      const { thread_id } = await client.say({ message: 'Forget me [[text=Yes]]' });
      expect(JSON.stringify(await client.exported())).toContain('Forget me');
      expect((await server.call('DELETE', `/api/chats/${thread_id}`)).status).toBe(200);
      expect(JSON.stringify(await client.exported())).not.toContain('Forget me');
    });

    it('keeps users apart whose ids differ only a little', async () => {
      for (const user_id of ['kim', 'Kim', 'kim ', 'kím']) await client.say({ message: `I am ${user_id}`, user_id });
      const log = await client.exported();
      for (const user_id of ['kim', 'Kim', 'kim ', 'kím'])
        expect(log[user_id]).toMatchObject([{ user: `I am ${user_id}` }]);
    });

    it('has a user once who has had several chats', async () => {
      const { thread_id } = await client.say({ message: 'First', user_id: 'twice' });
      await agent.act(thread_id, 'claim');
      await agent.act(thread_id, 'end');
      await client.say({ message: 'Second', user_id: 'twice' });
      expect((await client.exported())['twice']).toMatchObject([{ user: 'First' }, { user: 'Second' }]);
    });
  });

  it('lets pages of the allowed origins read it, errors too', async () => {
    const headers = { origin: 'https://shop.example' };
    for (const body of [{ message: 'Hi' }, {}])
      expect((await client.send(body, headers)).headers.get('access-control-allow-origin')).toBe(
        'https://shop.example',
      );
    expect(
      (await client.send({}, { origin: 'https://other.example' })).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });
});
