import { freshDatabase } from '../../support/databases.js';
import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import type { EventStream } from '../../support/event-stream.js';
import { describeOnServer, REDIS_OR_NONE } from '../../support/servers.js';
import { Person } from '../takeover/takeover.support.js';
import { changesOf, chatIdOf, followThreads, Listener, ThreadsClient } from './threads.support.js';

/** The service's key must be read at both. */
const ENCRYPTION_KEY = 'ab'.repeat(32);

describeOnServer.each(REDIS_OR_NONE)('threads on two instances %s', (_, redisUrl) => {
  let database: NonNullable<Awaited<ReturnType<typeof freshDatabase>>>;
  let servers: ChatServer[];
  let ada: Person;
  let leads: ThreadsClient[];
  let agents: ThreadsClient[];
  let streams: EventStream[] = [];
  let desks: Listener[] = [];

  beforeAll(async () => {
    database = (await freshDatabase())!;
    const overrides = { DATABASE_URL: database.url, REDIS_URL: redisUrl, ENCRYPTION_KEY };
    servers = [await ChatServer.start(overrides), await ChatServer.start(overrides)];
    ada = await Person.create(servers[0]!, 'Ada', ['user', 'agent']);
    leads = servers.map((server) => new ThreadsClient(server));
    agents = servers.map((server) => new ThreadsClient(server, ada.headers));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    database.release();
  });
  beforeEach(async () => {
    streams = await Promise.all(servers.map((server) => followThreads(server, ada.headers)));
    desks = await Promise.all(servers.map((server) => Listener.connect(server, { token: ada.key })));
  });
  afterEach(async () => {
    for (const desk of desks) desk.close();
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it('are told at both, each thing once and in order', async () => {
    const threadIds = await Promise.all(Array.from({ length: 6 }, (_each, index) => leads[index % 2]!.createThread()));
    await Promise.all(
      threadIds.map(async (thread_id, index) => {
        const [here, there] = [index % 2, (index + 1) % 2];
        const { status } = await leads[here]!.chat(thread_id, `Hello ${index}`);
        if (status !== 200) throw new Error(`The assistant answered ${status}.`);
        await agents[there]!.call('GET', `/agent_takeover/${thread_id}`);
        await leads[here]!.chat(thread_id, 'A person?');
        await agents[there]!.call('POST', '/chat/agent', { thread_id, message: 'Yes.' });
        await ada.act(chatIdOf(thread_id), 'release', { to: 'bot' });
        await leads[there]!.call('POST', '/end_chat', { thread_id, reason: 'window_closed' });
      }),
    );
    const saying = (thread_id: string, value: string): unknown =>
      expect.objectContaining({ thread_id, content: [{ type: 'text', text: { value, annotations: [] } }] });
    const expected = (thread_id: string) => [
      [`lead_chats-${thread_id}`, { thread_id }],
      ['thread_status_change', { thread_id, status: 'agent_takeover' }],
      [`lead_msg-${thread_id}`, { thread_id, message: saying(thread_id, 'A person?') }],
      [`agent_msg-${thread_id}`, { thread_id, message: saying(thread_id, 'Yes.') }],
      ['thread_status_change', { thread_id, status: 'active' }],
      ['thread_status_change', { thread_id, status: 'window_closed' }],
    ];
    await eventually(() => desks.every((desk) => desk.heard.length >= threadIds.length * 6));
    for (const thread_id of threadIds)
      for (const desk of desks) expect(desk.of(thread_id)).toEqual(expected(thread_id));
    for (const stream of streams)
      for (const threadId of threadIds) {
        await stream.until(() => changesOf(stream, threadId).includes('update window_closed'));
        expect(changesOf(stream, threadId)[0]).toMatch(/^insert /);
      }
  });

  it('are told to be deleted at both', async () => {
    const threadId = await leads[0]!.createThread();
    await Promise.all(streams.map((stream) => stream.until(() => changesOf(stream, threadId).length > 0)));
    await agents[0]!.call('DELETE', `/threads/${threadId}`);
    await Promise.all(
      streams.map((stream) => stream.until(() => changesOf(stream, threadId).includes('delete active'))),
    );
    expect(streams.map((stream) => changesOf(stream, threadId))).toEqual(
      streams.map(() => ['insert active', 'delete active']),
    );
  });

  it('are taken over by one of two agents', async () => {
    const bob = new ThreadsClient(servers[1]!, (await Person.create(servers[1]!, 'Bob', ['user', 'agent'])).headers);
    for (let round = 0; round < 5; round++) {
      const threadId = await leads[0]!.createThread();
      const answers = await Promise.all(
        [agents[0]!, bob].map((agent) => agent.call('GET', `/agent_takeover/${threadId}`)),
      );
      expect(answers.map(({ status, body }) => [status, body['message']]).toSorted()).toEqual([
        [200, 'Agent takeover successful.'],
        [200, 'thread already cancelled'],
      ]);
    }
  });

  it('have one built-in agent, however many instances begin with it at once', async () => {
    const overrides = { DATABASE_URL: database.url, REDIS_URL: redisUrl, THREADS_OPEN: 'true' };
    const open = await Promise.all([ChatServer.start(overrides), ChatServer.start(overrides)]);
    const clients = open.map((server) => new ThreadsClient(server));
    const threadIds = await Promise.all(Array.from({ length: 8 }, () => clients[0]!.createThread()));
    const answers = await Promise.all(
      threadIds.map((threadId, index) => clients[index % 2]!.call('GET', `/agent_takeover/${threadId}`)),
    );
    expect(answers.map(({ body }) => body['message'])).toEqual(threadIds.map(() => 'Agent takeover successful.'));
    await Promise.all(open.map((server) => server.stop()));
  });
});
