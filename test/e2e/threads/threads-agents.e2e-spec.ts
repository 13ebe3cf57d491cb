import { DataSource } from 'typeorm';
import { TakeoverSweeper } from '../../../apps/api/src/takeover/commands/takeover-sweeper.js';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { Person } from '../takeover/takeover.support.js';
import { chatIdOf, ThreadsClient, type ShownThread } from './threads.support.js';

const UNKNOWN_ASSISTANT = `asst_${'0'.repeat(32)}`;
const ADDED = { success: true, message: 'Message added to thread successfully!' };
const ALREADY = { message: 'thread already cancelled' };

describe('the threads API for agents', () => {
  let server: ChatServer;
  let lead: ThreadsClient;
  let ada: Person;
  let agent: ThreadsClient;

  beforeAll(async () => {
    server = await ChatServer.start();
    lead = new ThreadsClient(server);
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
    agent = new ThreadsClient(server, ada.headers);
  });
  afterAll(() => server.stop());

  it('lists threads in the order in which they were begun', async () => {
    const ids = [await lead.createThread(), await lead.createThread(), await lead.createThread()];
    const list = async (query = ''): Promise<string[]> => {
      const { body } = await agent.call<ShownThread[]>('GET', `/threads${query}`);
      return body.map(({ id }) => id);
    };
    expect((await list()).slice(-3)).toEqual(ids);
    expect(await list('/?limit=2')).toEqual(ids.slice(1));
    expect(await list(`?after=${ids[0]}`)).toEqual(ids.slice(1));
    expect(await list(`?after=${ids[0]}&limit=1`)).toEqual([ids[1]]);
    expect(await list(`?after=${ids[2]}`)).toEqual([]);
    for (const query of ['?limit=0', '?limit=10001', '?limit=a'])
      expect(await agent.call('GET', `/threads${query}`)).toMatchObject({
        status: 400,
        body: { error: expect.any(String) },
      });
    expect(await agent.call('GET', '/threads?after=nowhere')).toMatchObject({ status: 404 });
  });

  it('takes a thread over, once, and speaks in it', async () => {
    const threadId = await lead.createThread();
    await lead.chat(threadId, 'Hello');
    const early = await agent.call('POST', '/chat/agent', { thread_id: threadId, message: 'Too early', asst_id: '' });
    expect([early.status, early.body]).toEqual([404, {}]);
    const takeOver = () => agent.call('GET', `/agent_takeover/${threadId}`);
    expect(await takeOver()).toMatchObject({ status: 200, body: { message: 'Agent takeover successful.' } });
    expect(await takeOver()).toMatchObject({ status: 200, body: ALREADY });
    expect(await lead.status(threadId)).toBe('agent_takeover');
    expect(await lead.chat(threadId, 'Are you human?', UNKNOWN_ASSISTANT)).toMatchObject({
      status: 200,
      body: ADDED,
    });
    const said = await agent.call('POST', '/chat/agent', { thread_id: threadId, message: 'I am.', asst_id: '' });
    expect(said).toMatchObject({ status: 200, body: ADDED });
    const [answer, question, ...before] = await lead.messages(threadId);
    expect([answer, question]).toMatchObject([
      { role: 'agent', assistant_id: 'agent-default', run_id: null, content: [{ text: { value: 'I am.' } }] },
      { role: 'user', assistant_id: 'agent-default', content: [{ text: { value: 'Are you human?' } }] },
    ]);
    expect(before.map(({ role }) => role)).toEqual(['assistant', 'user']);
    // The lead's window may close; the thread stays with the agent.
    const closed = await lead.call('POST', '/end_chat', { thread_id: threadId, reason: 'window_closed' });
    expect(closed).toMatchObject({ status: 200, body: ALREADY });
    expect(await lead.status(threadId)).toBe('agent_takeover');
  });

  it('keeps what was taken over until our own API gives it back', async () => {
    const threadId = await lead.createThread();
    const chatId = chatIdOf(threadId);
    await agent.call('GET', `/agent_takeover/${threadId}`);
    await agent.call('POST', '/chat/agent', { thread_id: threadId, message: 'One moment.' });
    await server.app.app
      .get(DataSource, { strict: false })
      .query(`UPDATE chats SET lease_until = '2020-01-01' WHERE lease_until IS NOT NULL`);
    await server.app.app.get(TakeoverSweeper, { strict: false }).sweep();
    expect(await lead.status(threadId)).toBe('agent_takeover');
    expect((await ada.act(chatId, 'release', { to: 'bot' })).status).toBe(200);
    expect(await lead.status(threadId)).toBe('active');
    expect((await lead.chat(threadId, 'And now?')).body).toEqual({ run_id: expect.any(String) });
    await ada.act(chatId, 'claim');
    await ada.act(chatId, 'end');
    expect(await lead.status(threadId)).toBe('inactive_chat');
  });

  it('lets one of two agents win, whatever the lead says meanwhile', async () => {
    const bob = new ThreadsClient(server, (await Person.create(server, 'Bob', ['user', 'agent'])).headers);
    for (let round = 0; round < 5; round++) {
      const threadId = await lead.createThread();
      const asked = lead.chat(threadId, `[[tokens=300 delay=5]] round ${round}`);
      await server.provider.journal.until(({ requests }) =>
        requests.some(({ userMessage }) => userMessage.endsWith(`round ${round}`)),
      );
      const [first, second, added] = await Promise.all([
        agent.call('GET', `/agent_takeover/${threadId}`),
        bob.call('GET', `/agent_takeover/${threadId}`),
        lead.chat(threadId, 'Me too!'),
      ]);
      const notices = [first.body['message'], second.body['message']].map(String);
      expect(notices.toSorted()).toEqual(['Agent takeover successful.', 'thread already cancelled']);
      expect([added.status, (await asked).status]).toEqual([200, 200]);
      // Superseded or not accepted by the bot at all: only an agent answers it.
      expect(added.body).toEqual(ADDED);
      const roles = (await lead.said(threadId)).map(([role, text]) => (text === 'Me too!' ? 'second' : role));
      expect(roles.filter((role) => role === 'assistant').length).toBeLessThanOrEqual(1);
      expect(roles).toContain('second');
      const loser = first.body['message'] === 'Agent takeover successful.' ? bob : agent;
      const refused = await loser.call('POST', '/chat/agent', { thread_id: threadId, message: 'Mine!' });
      expect(refused).toMatchObject({ status: 409, body: { error: expect.any(String) } });
    }
  });

  it('shows notes and whispers to no lead', async () => {
    const threadId = await lead.createThread();
    await agent.call('GET', `/agent_takeover/${threadId}`);
    await ada.act(chatIdOf(threadId), 'notes', { text: 'A difficult customer.' });
    await ada.act(chatIdOf(threadId), 'whispers', { text: 'Be kind.' });
    expect(await lead.said(threadId)).toEqual([]);
  });

  it('deletes threads', async () => {
    const threadId = await lead.createThread();
    await lead.chat(threadId, 'Hello');
    const deleted = await agent.call('DELETE', `/threads/${threadId}`);
    expect(deleted).toMatchObject({ status: 200, body: { id: threadId, object: 'thread.deleted', deleted: true } });
    expect((await lead.call('GET', `/threads/${threadId}`)).status).toBe(404);
  });

  it('are told apart from everybody else', async () => {
    const threadId = await lead.createThread();
    const user = new ThreadsClient(server, (await Person.create(server, 'Carl', ['user'])).headers);
    const calls: [string, string, unknown?][] = [
      ['GET', '/threads'],
      ['DELETE', `/threads/${threadId}`],
      ['GET', `/agent_takeover/${threadId}`],
      ['POST', '/chat/agent', { thread_id: threadId, message: 'Hello' }],
      ['GET', '/chatbots'],
      ['POST', '/create_assistant', { name: 'Mine', instruction: 'Obey.' }],
    ];
    for (const call of calls) {
      const anonymous = await lead.call(...call);
      expect([anonymous.status, anonymous.body, anonymous.headers.get('www-authenticate')]).toEqual([
        401,
        expect.objectContaining({ error: expect.any(String) }),
        'Bearer',
      ]);
      expect(await user.call(...call)).toMatchObject({ status: 403, body: { error: expect.any(String) } });
    }
    expect(await agent.call('GET', '/chatbots')).toMatchObject({ status: 403 });
    expect(await lead.status(threadId)).toBe('active');
  });

  it('have nothing to list at first', async () => {
    const fresh = await ChatServer.start();
    const first = new ThreadsClient(fresh, { authorization: `Bearer ${ADMIN_KEY}` });
    const none = { success: false, message: 'threads not found' };
    expect(await first.call('GET', '/threads')).toMatchObject({ status: 200, body: none });
    const { body } = await first.call<{ id: string }[]>('GET', '/chatbots');
    await first.call('DELETE', `/chatbots/${body[0]!.id}`);
    expect(await new ThreadsClient(fresh).call('POST', '/create_thread')).toMatchObject({
      status: 503,
      body: { error: 'There is no public assistant to talk to.' },
    });
    await fresh.stop();
  });
});
