import { connectTakeover, TakeoverError } from '@app/client';
import type { Acknowledgement, ChatEventEnvelope } from '@app/contracts';
import { io, Manager, type Socket } from 'socket.io-client';
import { ChatServer } from '../support/chat-server.js';
import { OidcIssuer } from '../support/oidc-issuer.js';
import { Desk, Person, type EventsPage } from './takeover.support.js';

let server: ChatServer;
let issuer: OidcIssuer;
let ada: Person;
let desks: Desk[] = [];
let sockets: Socket[] = [];

beforeAll(async () => {
  issuer = await OidcIssuer.start();
  server = await ChatServer.start({ ...issuer.settings, CORS_ORIGINS: 'https://desk.example.org' });
  ada = await Person.create(server, 'Ada', ['user', 'agent']);
});
afterAll(async () => {
  await server.stop();
  await issuer.stop();
});
afterEach(() => {
  for (const desk of desks) desk.close();
  for (const socket of sockets) socket.close();
  [desks, sockets] = [[], []];
});

const connect = async (person = ada): Promise<Desk> => {
  const desk = await person.connect();
  desks.push(desk);
  return desk;
};

/** How an attempt to connect ends. */
const attempt = async (
  auth: object,
  headers: Record<string, string> = {},
  namespace = '/takeover',
): Promise<string> => {
  const socket = io(server.app.url + namespace, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { ...auth },
    extraHeaders: headers,
  });
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.on('connect', () => resolve('connected'));
    socket.on('connect_error', (error: Error & { data?: { code: string } }) =>
      resolve(error.data?.code ?? error.message),
    );
  });
};

/** Past the types of the client: whatever a program may send. */
const emit = (desk: Desk, name: string, ...parts: unknown[]): Promise<Acknowledgement<unknown>> =>
  (desk.client.socket.timeout(5000) as unknown as Socket).emitWithAck(name, ...parts) as Promise<
    Acknowledgement<unknown>
  >;

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'OK',
    (error: unknown) => (error instanceof TakeoverError ? error.code : String(error)),
  );

describe('the handshake', () => {
  it.each<[string, () => object | Promise<object>, string]>([
    ['nothing', () => ({}), 'UNAUTHENTICATED'],
    ['an empty token', () => ({ token: '' }), 'INVALID_TOKEN'],
    ['a token that is no text', () => ({ token: { key: ada.key } }), 'INVALID_TOKEN'],
    ['an unknown key', () => ({ token: `bt_${'x'.repeat(43)}` }), 'INVALID_TOKEN'],
    ['a good token', async () => ({ token: await issuer.token() }), 'connected'],
    ['an expired token', async () => ({ token: await issuer.token({ claims: { exp: 1 } }) }), 'INVALID_TOKEN'],
    ['a token for others', async () => ({ token: await issuer.token({ claims: { aud: 'else' } }) }), 'INVALID_TOKEN'],
    ['an unsigned token', () => ({ token: issuer.unsignedToken() }), 'INVALID_TOKEN'],
    ['an open chat', async () => ({ chatId: await server.createChat() }), 'connected'],
    ["somebody's chat", async () => ({ chatId: await server.createChat(ada.headers) }), 'NOT_FOUND'],
    ['no such chat', () => ({ chatId: 'nothing' }), 'NOT_FOUND'],
    ['a chat id that is none', () => ({ chatId: { $gt: '' } }), 'UNAUTHENTICATED'],
  ])('with %s', async (_, auth, expected) => {
    expect(await attempt(await auth())).toBe(expected);
  });

  it.each([
    ['a page of a stranger', 'https://evil.example.org', false],
    ['a sandboxed page', 'null', false],
    ['an allowed page', 'https://desk.example.org', true],
    ['a page of our own', 'self', true],
  ])('from %s', async (_, origin, isAllowed) => {
    const result = await attempt({ token: ada.key }, { origin: origin === 'self' ? server.app.url : origin });
    expect(result === 'connected').toBe(isAllowed);
  });

  it('leads nowhere but to what is there', async () => {
    expect(await attempt({ token: ada.key }, {}, '/admin')).toBe('Invalid namespace');
  });

  it('comes before everything else', async () => {
    const chatId = await server.createChat();
    const manager = new Manager(server.app.url, { transports: ['websocket'], autoConnect: false, reconnection: false });
    const closed = new Promise((resolve) => manager.on('close', resolve));
    await new Promise<void>((resolve) => manager.open(() => resolve()));
    manager.engine.write(`2/takeover,0["claim",{"chatId":"${chatId}"}]`);
    await closed;
    expect(await ada.log(chatId)).toEqual([]);
  });
});

describe('a command', () => {
  const nothing = { chatId: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' };

  it.each<[string, string, unknown[], string]>([
    ['is unknown', 'destroy', [{}], 'NOT_FOUND'],
    ['is called like something inherited', 'constructor', [{}], 'NOT_FOUND'],
    ['brings nothing', 'claim', [], 'VALIDATION_FAILED'],
    ['brings a text', 'claim', ['x'], 'VALIDATION_FAILED'],
    ['brings a list', 'claim', [[nothing]], 'VALIDATION_FAILED'],
    ['brings two objects', 'claim', [nothing, nothing], 'VALIDATION_FAILED'],
    ['brings bytes', 'claim', [Buffer.from('abc')], 'VALIDATION_FAILED'],
    ['brings bytes inside', 'send', [{ ...nothing, text: Buffer.from('abc') }], 'VALIDATION_FAILED'],
    ['brings a wrong type', 'claim', [{ chatId: 7 }], 'VALIDATION_FAILED'],
    ['brings an id that is none', 'claim', [{ chatId: "' OR 1=1 --" }], 'VALIDATION_FAILED'],
    ['brings unknown fields', 'claim', [{ ...nothing, isAdmin: true }], 'VALIDATION_FAILED'],
    [
      'brings a prototype',
      'claim',
      [JSON.parse(`{"__proto__":{"a":1},"chatId":"${nothing.chatId}"}`)],
      'VALIDATION_FAILED',
    ],
    ['brings something nested', 'claim', [{ chatId: { chatId: 'x' } }], 'VALIDATION_FAILED'],
    ['brings an empty text', 'send', [{ ...nothing, text: '' }], 'VALIDATION_FAILED'],
    ['brings too long a text', 'send', [{ ...nothing, text: 'x'.repeat(16_001) }], 'VALIDATION_FAILED'],
    ['brings NUL', 'send', [{ ...nothing, text: 'a\0b' }], 'VALIDATION_FAILED'],
    ['brings an epoch that is none', 'claim', [{ ...nothing, expectedEpoch: 1.5 }], 'VALIDATION_FAILED'],
    ['brings a position that is none', 'watch', [{ ...nothing, after: -1 }], 'VALIDATION_FAILED'],
    ['names a place that is none', 'release', [{ ...nothing, to: 'moon' }], 'VALIDATION_FAILED'],
    ['names no chat that is there', 'claim', [nothing], 'NOT_FOUND'],
    ['watches no chat that is there', 'watch', [nothing], 'NOT_FOUND'],
    ['writes into no chat that is there', 'send', [{ ...nothing, text: 'x' }], 'NOT_FOUND'],
  ])('that %s is answered with a problem', async (_, name, parts, code) => {
    const answer = await emit(await connect(), name, ...parts);
    expect(answer).toMatchObject({ ok: false, problem: { code, status: expect.any(Number) as number } });
  });

  it('without a wish for an answer is carried out all the same', async () => {
    const chatId = await server.createChat();
    const desk = await connect();
    await desk.client.watch(chatId);
    (desk.client.socket as unknown as Socket).emit('claim', { chatId });
    (desk.client.socket as unknown as Socket).emit('claim', 'nonsense');
    await desk.until(({ events }) => events.length === 1);
  });

  it.each([
    ['a customer with an account', ['user'], 'FORBIDDEN'],
    ['an agent', ['user', 'agent'], 'OK'],
    ['an administrator', ['user', 'admin'], 'OK'],
  ] as const)('of agents, sent by %s', async (_, roles, code) => {
    const desk = await connect(await Person.create(server, 'Somebody', [...roles]));
    expect(await codeOf(desk.client.claim({ chatId: await server.createChat() }))).toBe(code);
  });

  it('of agents, sent without an account', async () => {
    const chatId = await server.createChat();
    const desk = new Desk({ url: server.app.url, chatId });
    desks.push(desk);
    for (const refused of [desk.client.claim({ chatId }), desk.client.send({ chatId, text: 'x' })])
      expect(await codeOf(refused)).toBe('UNAUTHENTICATED');
    expect(await codeOf(desk.client.watch(await server.createChat(ada.headers)))).toBe('NOT_FOUND');
    expect(await desk.client.watch(chatId)).toMatchObject({ audience: 'everyone', owner: 'bot' });
  });
});

describe('too much', () => {
  it.each([
    ['a frame of 100 kB', 100_000],
    ['a frame of 20 MB', 20_000_000],
  ])('%s ends the connection and nothing else', async (_, size) => {
    const [desk, other] = [await connect(), await connect()];
    await emit(desk, 'send', { chatId: 'x', text: 'x'.repeat(size) }).catch(() => undefined);
    await desk.until(({ disconnections }) => disconnections === 1);
    expect(await codeOf(other.client.claim({ chatId: await server.createChat() }))).toBe('OK');
  });

  it('500 commands at once: every one is answered, most of them with "not so fast"', async () => {
    const desk = await connect(await Person.create(server, 'Flo', ['user', 'agent']));
    const chatId = await server.createChat();
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => emit(desk, 'typing', { chatId, isTyping: true })),
    );
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused.length).toBeGreaterThan(300);
    expect(new Set(refused.map((answer) => (answer.ok ? '' : answer.problem.code)))).toEqual(new Set(['RATE_LIMITED']));
    expect(await codeOf((await connect()).client.claim({ chatId }))).toBe('OK');
  });

  it('is cut off when it does not stop, also when it is slow enough for some to pass', async () => {
    const desk = await connect(await Person.create(server, 'Fin', ['user', 'agent']));
    const socket = desk.client.socket as unknown as Socket;
    const cut = desk.until(({ disconnections }) => disconnections === 1);
    const isRefused = async (): Promise<boolean> => {
      const answered = new Promise<Acknowledgement<unknown>>((resolve) => socket.emit('typing', {}, resolve));
      const answer = await Promise.race([cut, answered]);
      return answer?.ok === false && answer.problem.code === 'RATE_LIMITED';
    };
    while (desk.disconnections === 0) {
      for (let index = 0; index < 100; index++) socket.emit('typing', {});
      while (await isRefused());
    }
  });
});

describe('a connection', () => {
  it('whose agent loses the role is cut, and its commands are refused', async () => {
    const agent = await Person.create(server, 'Rex', ['user', 'agent']);
    const chatId = await server.createChat();
    const desk = await connect(agent);
    await desk.client.watch(chatId);
    await server.asAdmin('PUT', `/api/admin/users/${agent.id}`, { roles: ['user'] });
    expect(await agent.act(chatId, 'claim')).toMatchObject({ status: 403 });
    await desk.until(({ ended }) => ended !== null);
    expect(desk.ended?.code).toBe('FORBIDDEN');
    expect(await codeOf(desk.client.claim({ chatId }))).toBe('FORBIDDEN');
    await ada.act(chatId, 'notes', { text: 'He must not see this.' });
    expect(desk.events).toEqual([]);
  });

  it("whose customer becomes an agent is an agent's, and cut when they are none any more", async () => {
    const person = await Person.create(server, 'Uma', ['user']);
    const chatId = await server.createChat();
    const desk = await connect(person);
    const setRoles = (roles: string[]) => server.asAdmin('PUT', `/api/admin/users/${person.id}`, { roles });
    await setRoles(['user', 'agent']);
    await desk.until(({ transients }) =>
      transients.some(
        ({ type, data }) => type === 'presence.changed' && 'agentId' in data && data.agentId === person.id,
      ),
    );
    expect(await desk.client.watch(chatId)).toMatchObject({ audience: 'agents' });
    await setRoles(['user']);
    await desk.until(({ ended }) => ended !== null);
    await ada.act(chatId, 'notes', { text: 'She must not see this.' });
    expect(desk.ended?.code).toBe('FORBIDDEN');
    expect(desk.events).toEqual([]);
  });

  it('whose key is revoked is cut', async () => {
    const agent = await Person.create(server, 'Kay', ['user', 'agent']);
    const desk = await connect(agent);
    const { body } = await server.asAdmin<{ items: { apiKeyId: string }[] }>(
      'GET',
      `/api/admin/users/${agent.id}/apiKeys`,
    );
    await server.asAdmin('DELETE', `/api/admin/users/${agent.id}/apiKeys/${body.items[0]!.apiKeyId}`);
    await desk.until(({ ended }) => ended !== null);
    expect(desk.ended?.code).toBe('INVALID_TOKEN');
  });

  it('whose token expires is cut', async () => {
    const soon = Math.floor(Date.now() / 1000) - 28;
    const desk = new Desk({ url: server.app.url, token: await issuer.token({ claims: { exp: soon } }) });
    desks.push(desk);
    await desk.client.whenConnected();
    await desk.until(({ ended }) => ended !== null);
    expect(desk.ended?.code).toBe('INVALID_TOKEN');
  });

  it('that breaks again and again misses nothing and sees nothing twice', async () => {
    const chatId = await server.createChat();
    const bob = await Person.create(server, 'Bob', ['user', 'agent']);
    const [desk, guest] = [await connect(), new Desk({ url: server.app.url, chatId })];
    desks.push(guest);
    await Promise.all([desk.client.watch(chatId), guest.client.watch(chatId)]);
    const message = 'a long story [[tokens=150 delay=10]]';
    const answering = server.complete(chatId, message);
    // Whoever comes back when all is over is told the answer as a whole, not word by word.
    await Promise.all([desk, guest].map((each) => each.until((view) => view.hasEvent('turn.started'))));
    const story = { isOver: false };
    const breaking = (async () => {
      while (!story.isOver) {
        for (const { client } of [desk, guest]) client.socket.io.engine.close();
        await Promise.all([desk.client.whenConnected(), guest.client.whenConnected()]);
        await bob.act(chatId, 'notes', { text: 'note' });
      }
    })();
    const answer = await answering;
    await bob.act(chatId, 'messages', { text: 'The end.' });
    story.isOver = true;
    await breaking;
    const log = await bob.log(chatId);
    await Promise.all([
      desk.until(({ events }) => events.length >= log.length),
      guest.until((view) => last(view) === 'The end.'),
    ]);
    expect(desk.events).toEqual(log);
    expect(guest.events).toEqual(log.filter(({ type }) => type !== 'note.created'));
    expect(desk.text()).toBe(answer.body['assistantMessage']);
    expect(guest.text()).toBe(answer.body['assistantMessage']);
    expect(desk.disconnections).toBeGreaterThan(1);
  });

  it('can begin anywhere', async () => {
    const chatId = await server.createChat();
    await server.complete(chatId, 'one');
    await server.complete(chatId, 'two');
    const log = (await server.call<EventsPage>('GET', `/api/chats/${chatId}/events`)).body.items;
    for (let after = 0; after <= log.length; after++) {
      const desk = await connect();
      await desk.client.watch(chatId, { after });
      expect(desk.events).toEqual(log.slice(after));
      // Who knows the beginning of an answer is given its text, too; answers that come whole are told without.
      const isInside = log[after - 1]?.type === 'turn.started';
      expect(desk.text()).toBe(isInside ? textOf(log[after]) : '');
      desk.close();
    }
  });

  it('that does not read is let go, and the others read on', async () => {
    const chatId = await server.createChat();
    const reader = await connect();
    await reader.client.watch(chatId);
    const lazy = await connect();
    await lazy.client.watch(chatId);
    lazy.client.socket.io.reconnection(false);
    const tcp = tcpOf(lazy);
    tcp.pause();
    // More than the operating system keeps for a reader.
    for (let round = 1; round <= 5; round++) {
      await server.complete(chatId, `very much, ${round} [[big=4000000]]`);
      await reader.until(({ events }) => events.filter(({ type }) => type === 'turn.ended').length === round);
    }
    expect(reader.disconnections).toBe(0);
    tcp.resume();
    await lazy.until(({ disconnections }) => disconnections === 1);
    expect(lazy.events.filter(({ type }) => type === 'turn.ended').length).toBeLessThan(5);
  });

  it('of a page whose server asks for long polling works as well', async () => {
    const socket = io(`${server.app.url}/takeover`, {
      transports: ['polling'],
      forceNew: true,
      auth: { token: ada.key },
    });
    sockets.push(socket);
    const chatId = await server.createChat();
    const answer = (await socket.timeout(5000).emitWithAck('claim', { chatId })) as Acknowledgement<unknown>;
    expect(answer).toMatchObject({ ok: true, data: { owner: 'human' } });
  });

  it('of a client that was closed sends nothing more', async () => {
    const client = connectTakeover({ url: server.app.url, token: ada.key });
    await client.whenConnected();
    client.close();
    await expect(client.claim({ chatId: 'x' })).rejects.toThrow('closed');
  });
});

describe('a server whose Redis is away', () => {
  it('serves its own connections all the same', async () => {
    const alone = await ChatServer.start({ REDIS_URL: 'redis://127.0.0.1:1' });
    const [one, other] = [
      await Person.create(alone, 'One', ['user', 'agent']),
      await Person.create(alone, 'Other', ['user', 'agent']),
    ];
    const chatId = await alone.createChat();
    const [desk, colleague] = [await one.connect(), await other.connect()];
    await Promise.all([desk, colleague].map(({ client }) => client.watch(chatId)));
    await desk.client.claim({ chatId });
    await desk.client.typing(chatId, true);
    await colleague.until(
      ({ events, transients }) => events.length === 1 && transients.some(({ type }) => type === 'typing'),
    );
    desk.close();
    colleague.close();
    await alone.stop();
  });
});

const textOf = (event: ChatEventEnvelope | undefined): string =>
  event !== undefined && 'text' in event.data ? event.data.text : '';

const last = ({ events }: Desk): string => textOf(events.at(-1));

const tcpOf = (desk: Desk): { pause(): void; resume(): void } => {
  const { transport } = desk.client.socket.io.engine as unknown as {
    transport: { ws: { _socket: { pause(): void; resume(): void } } };
  };
  const { _socket: tcp } = transport.ws;
  return tcp;
};
