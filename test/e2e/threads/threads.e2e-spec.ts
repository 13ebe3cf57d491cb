import { ChatServer } from '../../support/chat-server.js';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import { Person } from '../takeover/takeover.support.js';
import { ThreadsClient } from './threads.support.js';

const UNKNOWN_THREAD = `thread_${'0'.repeat(32)}`;
const ALREADY = { message: 'thread already cancelled' };

describe('the threads API for leads', () => {
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

  it('begins threads for every way in which clients ask', async () => {
    const answers = [
      await lead.call('POST', '/create_thread'),
      await lead.call('POST', '/create_thread', undefined, { 'content-type': 'application/json' }),
      await lead.call('POST', '/create_thread', Buffer.from('')),
      await lead.call('POST', '/create_thread/', {}),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    for (const { body } of answers) expect(body).toEqual({ thread_id: expect.stringMatching(/^thread_[0-9a-f]{32}$/) });
  });

  it('answers with the run when the answer can be read', async () => {
    const threadId = await lead.createThread();
    const { status, body } = await lead.chat(threadId, 'Hello, who are you?');
    expect([status, body]).toEqual([200, { run_id: expect.stringMatching(/^run_[0-9a-f]{32}$/) }]);
    const [answer, question] = await lead.messages(threadId);
    expect(answer).toEqual({
      id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      object: 'thread.message',
      created_at: expect.any(Number),
      thread_id: threadId,
      role: 'assistant',
      content: [{ type: 'text', text: { value: expectedText('Hello, who are you?'), annotations: [] } }],
      assistant_id: expect.stringMatching(/^asst_[0-9a-f]{32}$/),
      run_id: body['run_id'],
      attachments: [],
      metadata: {},
    });
    expect(question).toMatchObject({ role: 'user', run_id: null, assistant_id: null });
    expect(Math.abs(answer!.created_at - Date.now() / 1000)).toBeLessThan(60);
  });

  it('shows a thread to who knows its id, with and without a slash', async () => {
    const threadId = await lead.createThread();
    const thread = {
      _id: threadId.slice('thread_'.length),
      id: threadId,
      object: 'thread',
      created_at: expect.any(Number),
      metadata: {},
      tool_resources: {},
      status: 'active',
    };
    expect((await lead.call('GET', `/threads/${threadId}`)).body).toEqual(thread);
    expect((await lead.call('GET', `/threads/${threadId}/`)).body).toEqual(thread);
    expect((await lead.call('GET', `/threads/${threadId}/messages`)).body).toEqual({ messages: [] });
  });

  it('has no variables to show before a tool was called', async () => {
    const none = { success: false, message: 'Variable not found' };
    const threadId = await lead.createThread();
    for (const path of [`/get_variables/${threadId}`, `/get_variables/${threadId}/`, '/get_variables/nowhere'])
      expect(await lead.call('GET', path)).toMatchObject({ status: 200, body: none });
  });

  it.each([
    ['inactive_chat', { reason: 'inactive_chat' }],
    ['window_closed', { reason: 'window_closed' }],
    ['inactive_chat', {}],
  ])('ends threads: %s', async (status, reason) => {
    const threadId = await lead.createThread();
    await lead.chat(threadId, 'Hello');
    const end = () => lead.call('POST', '/end_chat', { thread_id: threadId, ...reason });
    expect(await end()).toMatchObject({
      status: 200,
      body: { id: threadId, object: 'thread.deleted', deleted: true },
    });
    expect(await end()).toMatchObject({ status: 200, body: ALREADY });
    expect(await lead.status(threadId)).toBe(status);
    expect(await lead.chat(threadId, 'Are you there?')).toMatchObject({
      status: 400,
      body: { message: `Thread Status : ${status}` },
    });
    expect(await lead.said(threadId)).toHaveLength(2);
    expect((await agent.call('GET', `/agent_takeover/${threadId}`)).body).toEqual(ALREADY);
  });

  it('ends threads as older clients ask for it', async () => {
    const [first, second] = [await lead.createThread(), await lead.createThread()];
    const answer = await lead.call('POST', `/terminate_chat/${first}/window_closed`);
    expect(answer).toMatchObject({ status: 200, body: { id: first, object: 'thread.deleted', deleted: true } });
    await lead.call('POST', `/terminate_chat/${second}/network_error`);
    expect([await lead.status(first), await lead.status(second)]).toEqual(['window_closed', 'inactive_chat']);
  });

  it('cuts the answer that is running when the thread ends', async () => {
    const threadId = await lead.createThread();
    const asked = lead.chat(threadId, '[[tokens=1000 delay=10]] on and on');
    await server.provider.journal.until(({ requests }) =>
      requests.some(({ userMessage }) => userMessage.endsWith('on and on')),
    );
    await lead.call('POST', '/end_chat', { thread_id: threadId, reason: 'window_closed' });
    expect((await asked).status).toBe(200);
    expect(await lead.status(threadId)).toBe('window_closed');
  });

  it('is cut, or not there any more, for an answer that runs while it is deleted', async () => {
    const threadId = await lead.createThread();
    const asked = lead.chat(threadId, '[[tokens=1000 delay=10]] into the void');
    await server.provider.journal.until(({ requests }) =>
      requests.some(({ userMessage }) => userMessage.endsWith('into the void')),
    );
    await agent.call('DELETE', `/threads/${threadId}`);
    // The run is cut first: it is told of while there is a thread.
    expect([{ run_id: expect.any(String) }, { error: 'Thread not found' }]).toContainEqual((await asked).body);
  });

  it('knows threads only: other chats and nonsense are not there', async () => {
    const chatId = await server.createChat();
    const other = `thread_${chatId.replaceAll('-', '')}`;
    for (const threadId of [other, UNKNOWN_THREAD, 'thread_abc', 'nonsense', `thread_${'A'.repeat(32)}`]) {
      const answers = [
        await lead.call('GET', `/threads/${threadId}`),
        await lead.call('GET', `/threads/${threadId}/messages`),
        await lead.chat(threadId, 'Hello'),
        await lead.call('POST', '/end_chat', { thread_id: threadId, reason: 'window_closed' }),
        await agent.call('POST', '/chat/agent', { thread_id: threadId, message: 'Hello', asst_id: '' }),
        await agent.call('DELETE', `/threads/${threadId}`),
      ];
      for (const { status, body } of answers) expect([status, body]).toEqual([404, { error: 'Thread not found' }]);
      const takeover = await agent.call('GET', `/agent_takeover/${threadId}`);
      expect([takeover.status, takeover.body['message']]).toEqual([404, 'Agent takeover failed.']);
    }
    expect((await server.call('GET', `/api/chats/${chatId}`)).status).toBe(200);
  });

  it('refuses what is no message, in its own words', async () => {
    const thread_id = await lead.createThread();
    const message = 'Hello';
    const objects = [
      {},
      { thread_id },
      { message },
      { thread_id, message: '' },
      { thread_id, message: 5 },
      { thread_id, message: 'x'.repeat(32_001) },
      { thread_id: { a: 1 }, message },
      { thread_id, message, asst_id: 5 },
    ];
    const odd = ['__proto__', 'constructor'].map((key) => `{"thread_id":"${thread_id}","message":"Hi","${key}":{}}`);
    const invalid = ['', '{', '[]', 'null', '5', '"text"', ...odd, ...objects.map((body) => JSON.stringify(body))];
    for (const path of ['/chat', '/chat/agent'])
      for (const body of invalid) {
        const answer = await agent.call('POST', path, Buffer.from(body));
        expect([body, answer.status, answer.body]).toEqual([body, 400, { error: 'Invalid request body' }]);
      }
    expect(await lead.said(thread_id)).toEqual([]);
    const bad = await lead.call('POST', '/end_chat', { thread_id, reason: 'network_error' });
    expect(bad).toMatchObject({ status: 400, body: { error: 'Invalid request body' } });
  });

  it('speaks in its own words before a handler is reached, too', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const large = { message: 'x'.repeat(1_100_000) };
    const wrong = { authorization: 'Bearer wrong' };
    const answers = [
      await lead.call('POST', '/chat', Buffer.from('message=hi'), form),
      await lead.call('POST', '/chat', large),
      await lead.call('POST', '/create_thread', undefined, wrong),
      await server.call('GET', '/chat'),
      await server.call('POST', '/THREADS//thread_1/messages/?a=b'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([415, 413, 401, 405, 405]);
    for (const { body } of answers) expect(body).toEqual({ error: expect.any(String) });
    expect(answers[2]!.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(answers[0]!.headers.get('cache-control')).toBe('no-store');
    expect(answers.slice(3).map(({ headers }) => headers.get('allow'))).toEqual(['POST', 'GET, HEAD']);
  });

  it('says when it is too much', async () => {
    const busy = await ChatServer.start({ THROTTLE_ANONYMOUS_LIMIT: '1', REDIS_URL: '' });
    const client = new ThreadsClient(busy);
    await client.call('POST', '/create_thread');
    const { status, body, headers } = await client.call('POST', '/create_thread');
    expect([status, body]).toEqual([429, { error: 'Too many requests' }]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await busy.stop();
  });

  it('ignores what it does not know', async () => {
    const thread_id = await lead.createThread();
    const body = { thread_id, message: 'Hello', user: 'customer', session: { id: 1 } };
    expect((await lead.call('POST', '/chat', body)).status).toBe(200);
  });

  it.each([
    ['[[status=500]]', 502],
    ['[[quota]]', 503],
    ['Nothing [[text=]]', 502],
  ])('says that a run has failed: %s', async (scenario, status) => {
    const threadId = await lead.createThread();
    expect(await lead.chat(threadId, scenario)).toMatchObject({ status, body: { error: expect.any(String) } });
    expect(await lead.said(threadId)).toEqual([['user', scenario]]);
    expect(await lead.chat(threadId, 'Once more')).toMatchObject({ status: 200 });
  });
});
