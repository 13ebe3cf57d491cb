import { connectTakeover } from '@baton/client/takeover';
import { request } from 'node:http';
import { bearer } from '../../support/http-client.js';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import type { StreamedEvent } from '../../support/event-stream.js';
import { eventually } from '../../support/eventually.js';
import { startTestApp } from '../../support/app.js';
import { Person } from '../takeover/takeover.support.js';

const FULL = { status: 503, body: { code: 'INSTANCE_FULL' } };
const LONG = 'Tell me a lot [[tokens=2000 delay=20]]';
const hasText = (events: StreamedEvent[]): boolean => events.some(({ type }) => type === 'message.delta');
const SSE = { accept: 'text/event-stream' };

describe('an instance that runs as many turns as it may', () => {
  let server: ChatServer;

  beforeAll(async () => (server = await ChatServer.start({ LIVE_TURNS_LIMIT: '2' })), 60_000);
  afterAll(() => server.stop());

  it('refuses what would start another one, and takes everything else', async () => {
    const chats = [await server.createChat(), await server.createChat(), await server.createChat()];
    const keyed = { 'idempotency-key': crypto.randomUUID() };
    const streams = [await server.stream(chats[0]!, LONG, keyed), await server.stream(chats[1]!, LONG)];
    await Promise.all(streams.map((stream) => stream.until(hasText)));

    const refused = await server.complete(chats[2]!, 'And me?');
    expect(refused).toMatchObject(FULL);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const log = await server.call<{ items: unknown[] }>('GET', `/api/chats/${chats[2]}/events`);
    expect(log.body.items).toEqual([]);

    const repeated = await server.stream(chats[0]!, LONG, keyed);
    await repeated.until(hasText);
    const waiting = server.complete(chats[1]!, 'One more thing');
    const ada = await Person.create(server, 'Ada', ['user', 'agent']);
    await ada.act(chats[2]!, 'claim');
    expect((await server.complete(chats[2]!, 'A person, then')).status).toBe(200);

    await server.call('POST', `/api/chats/${chats[0]}/turns/current/stop`);
    await server.call('POST', `/api/chats/${chats[1]}/turns/current/stop`);
    expect((await waiting).status).toBe(200);
    const late = await server.createChat();
    await eventually(async () => (await server.complete(late, 'Now?')).status === 200);
  });

  it('takes no more of a crowd than there are places', async () => {
    const chats = await Promise.all(Array.from({ length: 12 }, () => server.createChat()));
    const answers = await Promise.all(chats.map((chatId) => server.complete(chatId, 'Hello [[ttft=300 tokens=3]]')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.filter(({ body }) => body['code'] === 'INSTANCE_FULL')).toHaveLength(10);
  });
});

it('refuses streams beyond its limit before it stores anything', async () => {
  const server = await ChatServer.start({ STREAMS_LIMIT: '1' });
  const chatId = await server.createChat();
  const open = await server.follow(chatId);
  const events = `/api/chats/${chatId}/events`;
  expect(await server.call('GET', events, undefined, SSE)).toMatchObject(FULL);
  const threads = await fetch(`${server.app.url}/events/threads`, { headers: { ...SSE, ...bearer(ADMIN_KEY) } });
  expect([threads.status, threads.headers.has('retry-after')]).toEqual([503, true]);
  const message = { userMessage: 'Hello' };
  expect(await server.call('POST', `/api/chats/${chatId}/completions`, message, SSE)).toMatchObject(FULL);
  expect((await server.call<{ items: unknown[] }>('GET', events)).body.items).toEqual([]);
  await open.close();
  const next = await eventually(
    () => server.stream(chatId, 'Hello'),
    ({ status }) => status === 200,
  );
  await next.untilEnd();
  await server.stop();
});

it('refuses sockets beyond its limit, whatever they are made of', async () => {
  const server = await startTestApp({ SOCKETS_LIMIT: '1', ADMIN_API_KEY: ADMIN_KEY });
  const open = connectTakeover({ url: server.url, token: ADMIN_KEY });
  await open.whenConnected();
  const polling = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
  expect([polling.status, ((await polling.json()) as { code: string }).code]).toEqual([503, 'INSTANCE_FULL']);
  expect(Number(polling.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await upgrade(server.url)).toEqual([503, 'application/problem+json; charset=utf-8']);
  open.close();
  await eventually(async () => (await upgrade(server.url))[0] === 101);
  await server.stop();
});

/** Asks for a WebSocket. */
const upgrade = (url: string): Promise<[status: number | undefined, type: string | undefined]> =>
  new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    };
    const asked = request(`${url}/socket.io/?EIO=4&transport=websocket`, { headers });
    asked.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      resolve([statusCode, undefined]);
    });
    asked.on('response', (response) => {
      response.resume();
      resolve([response.statusCode, response.headers['content-type']]);
    });
    asked.on('error', reject).end();
  });
