import type { ChatState } from '@app/contracts';
import { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import { changePolicy, Desks, Person, type Desk } from './takeover.support.js';

interface QueueItem extends ChatState {
  botDisplayName: string;
  customerName: string;
  waitingSeconds: number | null;
  lastMessage: { author: string; text: string } | null;
}
interface QueuePage {
  items: QueueItem[];
  totalItemCount: number;
}

const LONG_AGO = '2020-01-01 00:00:00.000';

let server: ChatServer;
let ada: Person;
const desks = new Desks();

beforeEach(async () => {
  server = await ChatServer.start();
  ada = await Person.create(server, 'Ada', ['user', 'agent']);
});
afterEach(async () => {
  desks.closeAll();
  await server.stop();
});

const connect = (person = ada): Promise<Desk> => desks.connect(person);
const queue = async (query = ''): Promise<QueuePage> =>
  (await ada.call<QueuePage>('GET', `/api/takeover/queue${query}`)).body;
const request = async (chatId: string, headers = {}): Promise<ChatState> =>
  (await server.call<ChatState>('POST', `/api/chats/${chatId}/takeover/request`, {}, headers)).body;
const write = (sql: string, parameters: unknown[]): Promise<unknown> =>
  server.app.app.get(DataSource, { strict: false }).query(sql, parameters);
const letLeaseExpire = (chatId: string) => write('UPDATE chats SET lease_until = ? WHERE id = ?', [LONG_AGO, chatId]);
const letWaitExpire = (chatId: string) => write('UPDATE chats SET waiting_since = ? WHERE id = ?', [LONG_AGO, chatId]);
const stateOf = async (chatId: string): Promise<ChatState> =>
  (await ada.call<ChatState>('GET', `/api/takeover/chats/${chatId}`)).body;

describe('the queue', () => {
  it('holds who waits, longest first, and who is held, with what was said last', async () => {
    const customer = await Person.create(server, 'Grace', ['user']);
    const [first, second, held] = [
      await server.createChat(),
      await server.createChat(customer.headers),
      await server.createChat(),
    ];
    await server.complete(second, 'Where is my order?', customer.headers);
    await request(first);
    await request(second, customer.headers);
    await letWaitExpire(second);
    await ada.act(held, 'claim');
    await ada.act(held, 'messages', { text: 'x'.repeat(500) });
    await ada.act(held, 'notes', { text: 'a note' });
    const { items, totalItemCount } = await queue();
    expect(totalItemCount).toBe(3);
    expect(items).toMatchObject([
      {
        chatId: second,
        owner: 'requested',
        position: 1,
        customerName: 'Grace',
        lastMessage: { author: 'bot', text: expectedText('Where is my order?').slice(0, 200) },
      },
      { chatId: first, owner: 'requested', position: 2, customerName: 'Guest', lastMessage: null, agent: null },
      {
        chatId: held,
        owner: 'human',
        position: null,
        waitingSeconds: null,
        agent: { id: ada.id, name: 'Ada' },
        lastMessage: { author: 'agent', text: 'x'.repeat(200) },
      },
    ]);
    expect(items[0]!.waitingSeconds).toBeGreaterThan(1000);
    expect(items[1]!.waitingSeconds).toBeLessThan(60);
  });

  it('can be filtered, searched and paged', async () => {
    const chats = await Promise.all([1, 2, 3].map(() => server.createChat()));
    for (const [index, chatId] of chats.entries()) {
      await server.complete(chatId, `Topic ${index} 50%_off ${index === 1 ? 'Übersicht' : ''}`);
      await request(chatId);
    }
    await ada.act(chats[0]!, 'claim');
    const ids = async (query: string): Promise<string[]> => (await queue(query)).items.map(({ chatId }) => chatId);
    expect(await ids('?Owner=human')).toEqual([chats[0]]);
    expect(await ids('?Owner=requested')).toEqual([chats[1], chats[2]]);
    expect(await ids(`?AgentId=${ada.id}`)).toEqual([chats[0]]);
    expect(await ids('?AgentId=999')).toEqual([]);
    expect(await ids('?SearchFor=topic%201')).toEqual([chats[1]]);
    for (const word of ['übersicht', 'ÜBERSICHT', 'Über'])
      expect(await ids(`?SearchFor=${encodeURIComponent(word)}`)).toEqual([chats[1]]);
    expect(await ids('?SearchFor=0%25_o')).toHaveLength(3);
    expect(await ids('?SearchFor=%25%25')).toEqual([]);
    expect(await ids('?PageSize=2&PageNumber=2')).toEqual([chats[0]]);
    expect(await ids('?OrderBy=displayName%20desc')).toEqual([chats[2], chats[1], chats[0]]);
    expect(await ids('?BotId=nothing')).toEqual([]);
    for (const bad of ['?Owner=closed', '?AgentId=x', '?PageSize=0', "?BotId=a'b"])
      expect([bad, (await ada.call('GET', `/api/takeover/queue${bad}`)).status]).toEqual([bad, 400]);
  });

  it('tells connected agents that it changed', async () => {
    const desk = await connect();
    await request(await server.createChat());
    await desk.until(({ transients }) =>
      transients.some((event) => event.type === 'queue.changed' && event.data.waiting === 1),
    );
  });
});

describe('agents', () => {
  it('are there while they are connected', async () => {
    const bob = await Person.create(server, 'Bob', ['user', 'agent']);
    const agents = async () => (await ada.call<{ items: object[] }>('GET', '/api/takeover/agents')).body.items;
    expect(await agents()).toEqual([]);
    const [desk] = [await connect(), await connect(bob)];
    await eventually(agents, (items) => items.length === 2);
    expect(await desk.client.updatePresence({ capacity: 9 })).toEqual({ status: 'online', capacity: 9 });
    expect(await desk.client.updatePresence({ status: 'away' })).toEqual({ status: 'away', capacity: 9 });
    const chatId = await server.createChat();
    await desk.client.claim({ chatId });
    await write('UPDATE agent_presence SET seen_until = ? WHERE user_id = ?', [LONG_AGO, bob.id]);
    expect(await agents()).toEqual([
      { id: ada.id, name: 'Ada', status: 'away', capacity: 9, heldChats: 1 },
      { id: bob.id, name: 'Bob', status: 'offline', capacity: 5, heldChats: 0 },
    ]);
    await server.asAdmin('PUT', `/api/admin/users/${bob.id}`, { roles: ['user'] });
    expect(await agents()).toHaveLength(1);
  });

  it.each([[{ status: 'dancing' }], [{ capacity: -1 }], [{ capacity: 1.5 }], [{ capacity: '3' }], [{ mood: 'good' }]])(
    'cannot be %j',
    async (presence) => {
      expect((await ada.call('PUT', '/api/takeover/presence', presence)).status).toBe(400);
    },
  );
});

describe('an agent who is not heard of any more', () => {
  it('loses the chat to the queue, and a note says so', async () => {
    const chatId = await server.createChat();
    await ada.act(chatId, 'claim');
    await letLeaseExpire(chatId);
    await eventually(
      () => stateOf(chatId),
      ({ owner }) => owner === 'requested',
    );
    const log = await eventually(
      () => ada.log(chatId),
      ({ length }) => length === 3,
    );
    expect(log.slice(1)).toMatchObject([
      { type: 'ownership.changed', actor: { kind: 'system' }, data: { to: 'requested', reason: 'lease_expired' } },
      { type: 'note.created', data: { text: 'Ada was not heard of any more. The chat went back into the queue.' } },
    ]);
    expect(await ada.act(chatId, 'release', { to: 'bot' })).toMatchObject({ body: { code: 'CHAT_NOT_HELD' } });
  });

  it('loses the chat to the bot when the bot is set so', async () => {
    const chatId = await server.createChat();
    await changePolicy(server, chatId, { onLeaseExpired: 'bot' });
    await ada.act(chatId, 'claim');
    await letLeaseExpire(chatId);
    await eventually(
      () => stateOf(chatId),
      ({ owner }) => owner === 'bot',
    );
    expect((await server.complete(chatId, 'hello?')).body).toMatchObject({ assistantMessage: expectedText('hello?') });
  });

  it('keeps the chat by whatever they do', async () => {
    const chatId = await server.createChat();
    await ada.act(chatId, 'claim');
    const leaseOf = async (): Promise<string> => {
      const rows = (await write('SELECT lease_until FROM chats WHERE id = ?', [chatId])) as { lease_until: unknown }[];
      return JSON.stringify(rows[0]!.lease_until);
    };
    for (const [action, body] of [
      ['claim', {}],
      ['messages', { text: 'x' }],
      ['notes', { text: 'x' }],
      ['typing', { isTyping: true }],
    ] as const) {
      const before = await leaseOf();
      await eventually(
        () => ada.act(chatId, action, body).then(leaseOf),
        (now) => now > before,
      );
    }
  });
});

describe('a customer who waits', () => {
  it('too long goes back to the bot', async () => {
    const chatId = await server.createChat();
    await request(chatId);
    await letWaitExpire(chatId);
    await eventually(
      () => stateOf(chatId),
      ({ owner }) => owner === 'bot',
    );
    const log = await eventually(
      () => ada.log(chatId),
      ({ length }) => length === 3,
    );
    expect(log.slice(1)).toMatchObject([
      { type: 'ownership.changed', actor: { kind: 'system' }, data: { to: 'bot', reason: 'wait_expired' } },
      { type: 'note.created', data: { text: 'No agent came within 300 s. The chat went back to the bot.' } },
    ]);
  });

  it('too long gets the closing message, if the policy closes the chat', async () => {
    const chatId = await server.createChat();
    const closedMessage = { value: 'No agent is free.', valueDe: 'Niemand ist frei.' };
    await changePolicy(server, chatId, { onWaitExpired: 'close', closedMessage });
    await request(chatId);
    await letWaitExpire(chatId);
    await eventually(
      () => stateOf(chatId),
      ({ owner }) => owner === 'closed',
    );
    expect((await ada.log(chatId)).slice(1)).toMatchObject([
      {
        type: 'message.created',
        actor: { kind: 'system' },
        data: { author: 'system', text: expect.stringContaining('No agent is free.') as string },
      },
      { type: 'ownership.changed', data: { to: 'closed', reason: 'rule' } },
    ]);
  });

  it('may wait for ever where the bot is set so, and is not in the way of others', async () => {
    const [patient, other] = [await server.createChat(), await server.createChat()];
    await changePolicy(server, patient, { onWaitExpired: 'keep' });
    await request(patient);
    await letWaitExpire(patient);
    await ada.act(other, 'claim');
    await letLeaseExpire(other);
    await eventually(
      () => stateOf(other),
      ({ owner }) => owner === 'requested',
    );
    expect((await stateOf(patient)).owner).toBe('requested');
  });

  it('outside of business hours does not wait at all', async () => {
    const chatId = await server.createChat();
    await changePolicy(server, chatId, {
      businessHours: { timeZone: 'Europe/Berlin', days: {} },
      closedMessage: { value: 'We are closed.', valueDe: '' },
    });
    await request(chatId);
    await eventually(
      () => stateOf(chatId),
      ({ owner }) => owner === 'closed',
    );
    expect((await ada.log(chatId))[1]).toMatchObject({ data: { text: 'We are closed.' } });
  });
});
