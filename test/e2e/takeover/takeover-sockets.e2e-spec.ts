import type { Acknowledgement } from '@app/contracts';
import { io, Manager, type Socket } from 'socket.io-client';
import { ChatServer } from '../../support/chat-server.js';
import { OidcIssuer } from '../../support/oidc-issuer.js';
import { codeOf, Desk, Desks, Person } from './takeover.support.js';

let server: ChatServer;
let issuer: OidcIssuer;
let ada: Person;
const desks = new Desks();
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
  desks.closeAll();
  for (const socket of sockets) socket.close();
  sockets = [];
});

const connect = (person = ada): Promise<Desk> => desks.connect(person);

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
    ['the chat of a user', async () => ({ chatId: await server.createChat(ada.headers) }), 'NOT_FOUND'],
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
    const desk = await connect(await Person.create(server, 'Eve', [...roles]));
    expect(await codeOf(desk.client.claim({ chatId: await server.createChat() }))).toBe(code);
  });

  it('of agents, sent without an account', async () => {
    const chatId = await server.createChat();
    const desk = new Desk({ url: server.app.url, chatId });
    desks.add(desk);
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
