import { connectTakeover } from '@baton/client/takeover';
import type { Acknowledgement, ChatEventEnvelope } from '@app/contracts';
import { io, type Socket } from 'socket.io-client';
import { ChatServer } from '../../support/chat-server.js';
import { OidcIssuer } from '../../support/oidc-issuer.js';
import { codeOf, Desk, Desks, Person, type EventsPage } from './takeover.support.js';

let server: ChatServer;
let issuer: OidcIssuer;
let ada: Person;
const desks = new Desks();
let sockets: Socket[] = [];

beforeAll(async () => {
  issuer = await OidcIssuer.start();
  server = await ChatServer.start(issuer.settings);
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
    desks.add(desk);
    await desk.client.whenConnected();
    await desk.until(({ ended }) => ended !== null);
    expect(desk.ended?.code).toBe('INVALID_TOKEN');
  });

  it('that breaks again and again misses nothing and sees nothing twice', async () => {
    const chatId = await server.createChat();
    const bob = await Person.create(server, 'Bob', ['user', 'agent']);
    const [desk, guest] = [await connect(), new Desk({ url: server.app.url, chatId })];
    desks.add(guest);
    await Promise.all([desk.client.watch(chatId), guest.client.watch(chatId)]);
    const message = 'a long story [[tokens=150 delay=10]]';
    const answering = server.complete(chatId, message);
    // A reader that reconnects after the end gets the answer as a whole, not as deltas.
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

  it('of a client whose token cannot be had at the moment comes when it can', async () => {
    const answers = [() => Promise.reject(new Error('The issuer is away.')), () => Promise.resolve(ada.key)];
    const desk = new Desk({ url: server.app.url, token: () => answers.shift()!() });
    desks.add(desk);
    await desk.client.whenConnected();
    expect(answers).toEqual([]);
    expect(desk.ended).toBe(null);
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
