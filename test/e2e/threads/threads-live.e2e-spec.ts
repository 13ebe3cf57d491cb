import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import type { EventStream } from '../../support/event-stream.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';
import { Person, SocketDocument } from '../takeover/takeover.support.js';
import { changesOf, chatIdOf, followThreads, Listener, ThreadsClient } from './threads.support.js';

describe('threads as they happen', () => {
  let server: ChatServer;
  let lead: ThreadsClient;
  let ada: Person;
  let agent: ThreadsClient;
  let streams: EventStream[] = [];
  let listeners: Listener[] = [];

  beforeAll(async () => {
    server = await ChatServer.start();
    lead = new ThreadsClient(server);
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
    agent = new ThreadsClient(server, ada.headers);
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await Promise.all(streams.map((stream) => stream.close()));
    for (const listener of listeners) listener.close();
    [streams, listeners] = [[], []];
  });

  const follow = async (): Promise<EventStream> => {
    const stream = await followThreads(server, ada.headers);
    streams.push(stream);
    return stream;
  };
  const listen = async (auth: object, options = {}): Promise<Listener> => {
    const listener = await Listener.connect(server, auth, options);
    listeners.push(listener);
    return listener;
  };

  describe('over the stream', () => {
    it('are told with their whole document, every time', async () => {
      const stream = await follow();
      const threadId = await lead.createThread();
      await stream.until(() => changesOf(stream, threadId).length === 1);
      await lead.chat(threadId, 'Hello');
      await agent.call('GET', `/agent_takeover/${threadId}`);
      await stream.until(() => changesOf(stream, threadId).includes('update agent_takeover'));
      await ada.act(chatIdOf(threadId), 'release', { to: 'bot' });
      await lead.call('POST', '/end_chat', { thread_id: threadId, reason: 'window_closed' });
      await agent.call('DELETE', `/threads/${threadId}`);
      await stream.until(() => changesOf(stream, threadId).includes('delete window_closed'));
      const changes = changesOf(stream, threadId);
      expect(changes[0]).toBe('insert active');
      expect([...new Set(changes)]).toEqual(
        [
          'insert active',
          'update active',
          'update agent_takeover',
          'update window_closed',
          'delete window_closed',
        ].filter((change) => changes.includes(change)),
      );
      for (const { data } of stream.events)
        expect(data).toEqual({
          operationType: expect.stringMatching(/^(insert|update|delete)$/),
          fullDocument: {
            id: threadId,
            object: 'thread',
            created_at: expect.any(Number),
            metadata: {},
            tool_resources: {},
            status: expect.any(String),
          },
        });
    });

    it('are as documented, and nothing but threads', async () => {
      const stream = await follow();
      const chatId = await server.createChat();
      await server.complete(chatId, 'Not a thread');
      const threadId = await lead.createThread();
      await stream.until(() => changesOf(stream, threadId).length === 1);
      expect(JSON.stringify(stream.events)).not.toContain(chatId.replaceAll('-', ''));
      expect(stream.headers.get('content-type')).toContain('text/event-stream');
      const text = stream.events.map(({ data }) => `data: ${JSON.stringify(data)}\n\n`).join('');
      const init = { headers: { 'content-type': 'text/event-stream' } };
      await new OpenApiValidator().check('GET', '/events/threads', new Response(text, init));
    });

    it('are not told of what agents say among themselves', async () => {
      const threadId = await lead.createThread();
      const stream = await follow();
      await ada.act(chatIdOf(threadId), 'notes', { text: 'Strange.' });
      await agent.call('GET', `/agent_takeover/${threadId}`);
      await stream.until(() => changesOf(stream, threadId).length > 0);
      expect(changesOf(stream, threadId)).toEqual(['update agent_takeover']);
    });

    it('end with the server, and say so', async () => {
      const other = await ChatServer.start();
      const stream = await followThreads(other, { authorization: `Bearer ${ADMIN_KEY}` });
      await other.stop();
      await stream.untilEnd();
      expect(stream.hasEnded).toBe(true);
      expect(stream.events.at(-1)).toMatchObject({ type: 'stream.closed', data: { reason: 'shutdown' } });
    });
  });

  describe('over the socket', () => {
    it('are in the document of the sockets', () => {
      expect(new SocketDocument().operationsOf('threads').toSorted()).toEqual([
        'sendAgentMessage',
        'sendAssistantMessage',
        'sendLeadMessage',
        'sendThreadStatus',
      ]);
    });

    it('are told to agents, with their messages', async () => {
      const desk = await listen({ token: ada.key });
      const threadId = await lead.createThread();
      await lead.chat(threadId, 'Hello');
      await agent.call('GET', `/agent_takeover/${threadId}`);
      await lead.chat(threadId, 'My secret');
      await agent.call('POST', '/chat/agent', { thread_id: threadId, message: 'Our secret' });
      const thread_id = threadId;
      await eventually(() => desk.of(threadId).length === 4);
      const [answer, question] = await lead.messages(threadId);
      expect(desk.of(threadId)).toEqual([
        [`lead_chats-${threadId}`, { thread_id }],
        ['thread_status_change', { thread_id, status: 'agent_takeover' }],
        [`lead_msg-${threadId}`, { thread_id, message: question }],
        [`agent_msg-${threadId}`, { thread_id, message: answer }],
      ]);
    });

    it('are told whichever surface caused it', async () => {
      const desk = await listen({ token: ada.key });
      const threadId = await lead.createThread();
      const chatId = chatIdOf(threadId);
      await server.complete(chatId, 'Hello');
      await ada.act(chatId, 'claim');
      await ada.act(chatId, 'messages', { text: 'Hello yourself' });
      await ada.act(chatId, 'notes', { text: 'For colleagues' });
      await ada.act(chatId, 'release', { to: 'bot' });
      await ada.act(chatId, 'claim');
      await ada.act(chatId, 'end');
      await ada.act(chatId, 'reopen');
      const statuses = ['agent_takeover', 'active', 'agent_takeover', 'inactive_chat', 'active'];
      await eventually(() => desk.of(threadId).length === 7);
      expect(desk.of(threadId).map(([name]) => name.split('-')[0])).toEqual([
        'lead_chats',
        'thread_status_change',
        'agent_msg',
        ...Array.from({ length: 4 }, () => 'thread_status_change'),
      ]);
      expect(desk.of(threadId).flatMap(([, payload]) => (payload as { status?: string }).status ?? [])).toEqual(
        statuses,
      );
    });

    it('are told to a lead who shows the id, and of that thread alone', async () => {
      const [mine, other] = [await lead.createThread(), await lead.createThread()];
      const page = await listen({ thread_id: mine });
      const older = await listen({}, { query: { thread_id: mine } });
      const desk = await listen({ token: ada.key });
      await lead.chat(other, 'Something else');
      await lead.chat(mine, 'Hello');
      await eventually(() => desk.heard.length === 2 && page.heard.length === 1 && older.heard.length === 1);
      expect(page.heard).toEqual([[`lead_chats-${mine}`, { thread_id: mine }]]);
      expect(older.heard).toEqual(page.heard);
    });

    it('are sent to agents only', async () => {
      const user = await Person.create(server, 'Carl', ['user']);
      const refusals = await Promise.all(
        [{}, { token: 'wrong' }, { token: user.key }, { thread_id: 'nowhere' }, { thread_id: 5 }, { token: 5 }].map(
          (auth) =>
            Listener.connect(server, auth).then(
              () => null,
              (error: { problem: { code: string } }) => error,
            ),
        ),
      );
      expect(refusals.map((refusal) => refusal?.problem.code)).toEqual([
        'UNAUTHENTICATED',
        'INVALID_TOKEN',
        'FORBIDDEN',
        'NOT_FOUND',
        'UNAUTHENTICATED',
        'INVALID_TOKEN',
      ]);
    });

    it('are no longer told to who is no agent any more', async () => {
      const bob = await Person.create(server, 'Bob', ['user', 'agent']);
      const desk = await listen({ token: bob.key });
      await server.asAdmin('PUT', `/api/admin/users/${bob.id}`, { displayName: 'Bob', roles: ['user'] });
      await eventually(() => !desk.isConnected);
    });

    it('can be heard by polling', async () => {
      const desk = await listen({ token: ada.key }, { transports: ['polling'] });
      const threadId = await lead.createThread();
      await lead.chat(threadId, 'Hello');
      await eventually(() => desk.of(threadId).length === 1);
    });

    it('are told after everybody had left for a while', async () => {
      const first = await listen({ token: ada.key });
      first.close();
      const threadId = await lead.createThread();
      const desk = await listen({ token: ada.key });
      await lead.chat(threadId, 'Hello');
      await eventually(() => desk.of(threadId).length === 1);
    });
  });
});
