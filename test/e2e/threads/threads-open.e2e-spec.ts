import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import { Person } from '../takeover/takeover.support.js';
import { changesOf, chatIdOf, followThreads, Listener, ThreadsClient, type ShownThread } from './threads.support.js';

const ORIGIN = { origin: 'https://front-end.example.org' };
const ALREADY = { message: 'thread already cancelled' };

describe('the threads API, open as its original was', () => {
  let server: ChatServer;
  let client: ThreadsClient;

  beforeAll(async () => {
    server = await ChatServer.start({ THREADS_OPEN: 'true' });
    client = new ThreadsClient(server, ORIGIN);
  });
  afterAll(() => server.stop());

  it('serves the whole front end without an account', async () => {
    const tool = {
      type: 'function',
      function: { name: 'note', description: '', parameters: { type: 'object' }, url: '' },
    };
    const made = await client.call('POST', '/create_assistant', {
      name: 'Support',
      instruction: 'You help.',
      model: 'fake-large',
      tools: [tool],
    });
    expect(made.status).toBe(201);
    const asst_id = String(made.body['assistant_id']);
    expect(await client.call('POST', '/update_assistant', { asst_id, name: 'Renamed' })).toMatchObject({
      status: 200,
    });
    const bots = await client.call<{ id: string; name: string }[]>('GET', '/chatbots');
    expect(bots.body[0]).toMatchObject({ id: asst_id, name: 'Renamed' });
    const thread_id = await client.createThread();
    expect((await client.chat(thread_id, 'Hello', asst_id)).body).toEqual({ run_id: expect.any(String) });
    const threads = await client.call<ShownThread[]>('GET', '/threads');
    expect(threads.body.map(({ id }) => id)).toEqual([thread_id]);
    const takeOver = () => client.call('GET', `/agent_takeover/${thread_id}`);
    expect((await takeOver()).body).toEqual({ message: 'Agent takeover successful.' });
    expect((await takeOver()).body).toEqual(ALREADY);
    await client.chat(thread_id, 'A person?', asst_id);
    await client.call('POST', '/chat/agent', { thread_id, message: 'Yes.', asst_id: '' });
    expect((await client.said(thread_id)).slice(2)).toEqual([
      ['user', 'A person?'],
      ['agent', 'Yes.'],
    ]);
    expect((await client.call('DELETE', `/threads/${thread_id}`)).status).toBe(200);
    expect((await client.call('DELETE', `/chatbots/${asst_id}`)).status).toBe(200);
  });

  it('acts through an account without credentials', async () => {
    await client.call('GET', `/agent_takeover/${await client.createThread()}`);
    const { body } = await server.asAdmin<{ items: { userId: number; login: string; roles: string[] }[] }>(
      'GET',
      '/api/admin/users?SearchFor=threads-agent',
    );
    expect(body.items).toMatchObject([{ login: 'threads-agent', roles: ['user', 'agent'] }]);
    const path = `/api/admin/users/${body.items[0]!.userId}/apiKeys`;
    expect((await server.asAdmin('GET', path)).body).toMatchObject({ totalItemCount: 0 });
  });

  it('lets people with accounts do the same under their own names', async () => {
    const user = await Person.create(server, 'Carl', ['user']);
    const ada = await Person.create(server, 'Ada', ['user', 'agent']);
    const threadId = await client.createThread();
    expect((await new ThreadsClient(server, user.headers).call('GET', '/threads')).status).toBe(200);
    await new ThreadsClient(server, ada.headers).call('GET', `/agent_takeover/${threadId}`);
    expect(await ada.call('GET', `/api/takeover/chats/${chatIdOf(threadId)}`)).toMatchObject({
      body: { agent: { name: 'Ada' } },
    });
    const wrong = new ThreadsClient(server, { authorization: 'Bearer wrong' });
    expect(await wrong.call('GET', '/threads')).toMatchObject({ status: 401, body: { error: expect.any(String) } });
  });

  it('opens nothing but itself', async () => {
    const hidden = { code: 'hidden', displayNameTv: { value: 'Hidden' }, isActive: true, isPublic: false };
    const { body } = await server.asAdmin('POST', '/api/admin/bots', hidden);
    const hiddenId = `asst_${String(body['botId']).replaceAll('-', '')}`;
    expect((await client.call('DELETE', `/chatbots/${hiddenId}`)).status).toBe(404);
    expect((await server.call('GET', '/api/admin/bots')).status).toBe(401);
    expect((await server.call('GET', '/api/takeover/queue')).status).toBe(401);
    const chatId = await server.createChat();
    expect((await client.call('GET', `/agent_takeover/thread_${chatId.replaceAll('-', '')}`)).status).toBe(404);
  });

  it('opens itself to pages of every origin, and nothing else', async () => {
    const threadId = await client.createThread();
    const ask = (method: string, path: string) =>
      fetch(server.app.url + path, {
        method,
        headers: {
          ...ORIGIN,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
    const open = [
      await ask('OPTIONS', '/chat'),
      await ask('OPTIONS', '/create_thread/'),
      await ask('OPTIONS', `/threads/${threadId}/messages`),
      await ask('GET', `/threads/${threadId}`),
      await ask('GET', `/get_variables/${threadId}`),
      await ask('GET', '/threads/nowhere'),
      // A base address that ends with a slash, and a path that begins with one.
      await ask('OPTIONS', '//create_thread'),
      await ask('GET', `//threads//${threadId}`),
    ];
    expect(open.map(({ headers }) => headers.get('access-control-allow-origin'))).toEqual(open.map(() => '*'));
    expect(open.map(({ status }) => status)).toEqual([204, 204, 204, 200, 200, 404, 204, 200]);
    const closed = [
      await ask('OPTIONS', '/api/chats'),
      await ask('GET', '/api/bots'),
      await ask('OPTIONS', '/nowhere'),
    ];
    expect(closed.map(({ headers }) => headers.get('access-control-allow-origin'))).toEqual([null, null, null]);
  });

  it('broadcasts everything to everybody, with the messages as they are listed', async () => {
    const page = await Listener.connect(server, {}, { extraHeaders: ORIGIN, transports: ['polling', 'websocket'] });
    const stream = await followThreads(server);
    const thread_id = await client.createThread();
    await client.chat(thread_id, 'Hello');
    await client.call('GET', `/agent_takeover/${thread_id}`);
    await client.chat(thread_id, 'A person?');
    await client.call('POST', '/chat/agent', { thread_id, message: 'Yes.', asst_id: '' });
    await eventually(() => page.of(thread_id).length === 4);
    const [answer, question] = await client.messages(thread_id);
    expect([question, answer]).toMatchObject([
      { role: 'user', content: [{ text: { value: 'A person?' } }], assistant_id: 'agent-default' },
      { role: 'agent', content: [{ text: { value: 'Yes.' } }], assistant_id: 'agent-default' },
    ]);
    expect(page.of(thread_id)).toEqual([
      [`lead_chats-${thread_id}`, { thread_id }],
      ['thread_status_change', { thread_id, status: 'agent_takeover' }],
      [`lead_msg-${thread_id}`, { thread_id, message: question }],
      [`agent_msg-${thread_id}`, { thread_id, message: answer }],
    ]);
    await stream.until(() => changesOf(stream, thread_id).includes('update agent_takeover'));
    page.close();
    await stream.close();
  });

  it('lets older socket clients in', async () => {
    const poll = (sid?: string): Promise<Response> =>
      fetch(`${server.app.url}/socket.io/?EIO=3&transport=polling${sid ? `&sid=${sid}` : ''}`, { headers: ORIGIN });
    const response = await poll();
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const [, sid] = /"sid":"([\w-]+)"/.exec(await response.text())!;
    // Version 2 does not ask to be let into the namespace.
    expect(await (await poll(sid)).text()).toBe('2:40');
    const news = poll(sid);
    const thread_id = await client.createThread();
    await client.chat(thread_id, 'Hello');
    expect(await (await news).text()).toContain(`42["lead_chats-${thread_id}",{"thread_id":"${thread_id}"}]`);
  });

  it('stays closed to browsers without the setting', async () => {
    const closed = await ChatServer.start();
    const preflight = { ...ORIGIN, 'access-control-request-method': 'POST' };
    const answers = [
      await fetch(`${closed.app.url}/chat`, { method: 'OPTIONS', headers: preflight }),
      await fetch(`${closed.app.url}/create_thread`, { method: 'POST', headers: ORIGIN }),
      await fetch(`${closed.app.url}/threads`, { headers: { ...ORIGIN, authorization: `Bearer ${ADMIN_KEY}` } }),
    ];
    for (const { headers } of answers) expect(headers.get('access-control-allow-origin')).toBeNull();
    expect((await fetch(`${closed.app.url}/socket.io/?EIO=4&transport=polling`, { headers: ORIGIN })).status).toBe(403);
    await closed.stop();
  });
});
