import type { ChatEventEnvelope, ChatState } from '@app/contracts';
import { ChatServer } from '../../support/chat-server.js';
import { EventStream } from '../../support/event-stream.js';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import { changePolicy, Desks, Person, type Desk, type EventsPage } from './takeover.support.js';

let server: ChatServer;
let ada: Person;
let bob: Person;
const desks = new Desks();

beforeAll(async () => {
  server = await ChatServer.start();
  ada = await Person.create(server, 'Ada', ['user', 'agent']);
  bob = await Person.create(server, 'Bob', ['user', 'agent']);
});
afterAll(() => server.stop());
afterEach(() => {
  desks.closeAll();
});

const connect = (person: Person): Promise<Desk> => desks.connect(person);
const connectGuest = (chatId: string): Promise<Desk> => desks.connectGuest(server, chatId);
const customerLog = async (chatId: string): Promise<ChatEventEnvelope[]> =>
  (await server.call<EventsPage>('GET', `/api/chats/${chatId}/events?limit=500`)).body.items;
const texts = (events: ChatEventEnvelope[]): string[] =>
  events.flatMap(({ data }) => ('text' in data ? [data.text] : []));

describe('an agent who takes over a bot in the middle of its answer', () => {
  it('silences it: what was shown stays, nothing follows, the model is stopped', async () => {
    const chatId = await server.createChat();
    const message = 'talk and talk [[tokens=400 delay=10]]';
    const [desk, guest] = [await connect(ada), await connectGuest(chatId)];
    await desk.client.watch(chatId);
    const stream = await server.stream(chatId, message);
    await desk.until((view) => view.deltas().length > 3);
    const state = await desk.client.claim({ chatId });
    expect(state).toMatchObject({ owner: 'human', epoch: 2, agent: { id: ada.id, name: 'Ada' } });
    await desk.client.send({ chatId, text: 'Now I am here.' });
    await Promise.all([desk, guest].map((one) => one.until(({ events }) => texts(events).includes('Now I am here.'))));
    await server.provider.journal.until(({ aborts }) => aborts.some(({ userMessage }) => userMessage === message));
    await stream.untilEnd();

    for (const view of [desk, guest]) {
      const handOver = view.all.findIndex(({ type }) => type === 'ownership.changed');
      expect(view.all.slice(handOver).map(({ type }) => type)).not.toContain('message.delta');
      const completed = view.events.find(({ type }) => type === 'message.completed');
      expect(completed?.data).toMatchObject({ status: 'interrupted', text: view.text() });
      expect(completed!.seq).toBeLessThan(view.events.find(({ type }) => type === 'ownership.changed')!.seq);
    }
    expect(desk.text()).not.toBe('');
    expect(expectedText(message).startsWith(desk.text())).toBe(true);
    expect(stream.text()).toBe(desk.text());
    expect(stream.events.at(-1)?.data).toMatchObject({ data: { completion: { metaData: { tags: ['interrupted'] } } } });
    expect(await ada.log(chatId)).toEqual(desk.events);
    expect(await customerLog(chatId)).toEqual(guest.events);
  });

  it('tells everybody who speaks now', async () => {
    const chatId = await server.createChat();
    const guest = await connectGuest(chatId);
    await ada.act(chatId, 'claim');
    await ada.act(chatId, 'release', { to: 'bot' });
    await guest.until(({ events }) => events.length === 2);
    expect(guest.events).toMatchObject([
      { epoch: 2, data: { from: 'bot', to: 'human', reason: 'agent_takeover', agent: { id: ada.id, name: 'Ada' } } },
      { epoch: 3, data: { from: 'human', to: 'bot', reason: 'agent_release', agent: null }, actor: { name: 'Ada' } },
    ]);
  });

  it.each([
    ['lets it finish', 'finish'],
    ['takes back what it said', 'discard'],
  ])('%s when the bot is set to %s', async (_, onClaim) => {
    const chatId = await server.createChat();
    await changePolicy(server, chatId, { onClaim, finishSeconds: 30 });
    const message = `slowly [[tokens=250 delay=10]] ${onClaim}`;
    const [desk, stream] = [await connect(ada), await server.stream(chatId, message)];
    await desk.client.watch(chatId);
    await desk.until((view) => view.deltas().length > 0);
    await desk.client.claim({ chatId });
    await stream.untilEnd();
    const completed = (await ada.log(chatId)).filter(({ type }) => type === 'message.completed');
    if (onClaim === 'discard') expect(completed).toEqual([]);
    else expect(completed).toMatchObject([{ data: { status: 'complete', text: expectedText(message) } }]);
  });

  afterAll(async () => changePolicy(server, await server.createChat(), { onClaim: 'cut' }));

  it('waits no longer than the bot may take', async () => {
    const chatId = await server.createChat();
    await changePolicy(server, chatId, { onClaim: 'finish', finishSeconds: 1 });
    const [desk, stream] = [await connect(ada), await server.stream(chatId, 'endless [[tokens=2000 delay=10]]')];
    await desk.client.watch(chatId);
    await desk.until((view) => view.deltas().length > 0);
    await desk.client.claim({ chatId });
    await stream.untilEnd();
    expect(desk.events.find(({ type }) => type === 'message.completed')?.data).toMatchObject({ status: 'interrupted' });
  });
});

describe('a chat that a person holds', () => {
  it('stores what the customer says and answers at once', async () => {
    const chatId = await server.createChat();
    const desk = await connect(ada);
    await desk.client.watch(chatId);
    await desk.client.claim({ chatId });
    const requests = server.provider.journal.count;
    expect(await server.complete(chatId, 'Are you real?')).toMatchObject({
      status: 200,
      body: { userMessage: 'Are you real?', assistantMessage: '', metaData: { tags: ['human'] } },
    });
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const again = [await server.complete(chatId, 'Again?', headers), await server.complete(chatId, 'Again?', headers)];
    expect(again[1]!.body).toEqual(again[0]!.body);
    const stream = await server.stream(chatId, 'Hello?');
    await stream.untilEnd();
    expect(stream.types()).toEqual(['message.created', 'turn.ended']);
    expect(stream.events.at(-1)?.data).toMatchObject({
      status: 'handed_over',
      completion: { assistantMessage: '', metaData: { tags: ['human'] } },
    });
    await desk.until(({ events }) => texts(events).includes('Hello?'));
    expect(texts(desk.events)).toEqual(['Are you real?', 'Again?', 'Hello?']);
    expect(server.provider.journal.count).toBe(requests);
  });

  it('shows notes and whispers to agents only', async () => {
    const chatId = await server.createChat();
    const [desk, guest] = [await connect(ada), await connectGuest(chatId)];
    await desk.client.watch(chatId);
    const sse = await server.follow(chatId);
    const agentSse = await EventStream.open(`${server.app.url}/api/takeover/chats/${chatId}/events`, {
      headers: ada.headers,
    });
    await desk.client.claim({ chatId });
    await desk.client.note({ chatId, text: 'He seems angry.' });
    await desk.client.whisper({ chatId, text: 'Be brief.' });
    await desk.client.send({ chatId, text: 'Hello!' });
    await Promise.all([
      guest.until(({ events }) => texts(events).includes('Hello!')),
      sse.until((e) => e.length === 2),
    ]);
    expect(texts(desk.events)).toEqual(['He seems angry.', 'Be brief.', 'Hello!']);
    expect(desk.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(texts(guest.events)).toEqual(['Hello!']);
    expect(sse.numbered()).toEqual(guest.events);
    expect(await customerLog(chatId)).toEqual(guest.events);
    expect(await ada.log(chatId)).toEqual(desk.events);
    await agentSse.until(({ length }) => length === 4);
    expect(agentSse.numbered()).toEqual(desk.events);
    await Promise.all([sse.close(), agentSse.close()]);
  });

  it('gives the bot what was said meanwhile when it comes back', async () => {
    const chatId = await server.createChat();
    await server.complete(chatId, 'What is the price?');
    await ada.act(chatId, 'claim');
    await server.complete(chatId, 'I want a person');
    await ada.act(chatId, 'messages', { text: 'It costs 7 euros.' });
    await ada.act(chatId, 'notes', { text: 'secret note' });
    await ada.act(chatId, 'whispers', { text: 'Offer him a discount.' });
    await ada.act(chatId, 'release', { to: 'bot' });
    const answer = await server.complete(chatId, 'And in dollars?');
    expect(answer.body['assistantMessage']).toBe(expectedText('And in dollars?'));
    const { body } = server.provider.journal.last!;
    const input = JSON.stringify(body['input']);
    const places = ['What is the price?', 'I want a person', 'It costs 7 euros.', 'And in dollars?'].map((text) =>
      input.indexOf(text),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(JSON.stringify(body)).toContain('Offer him a discount.');
    expect(JSON.stringify(body)).not.toContain('secret note');
  });

  it('has the bot heed a whisper once, also where the customer wants the rest forgotten', async () => {
    const chatId = await server.createChat();
    await server.complete(chatId, 'What is the price?');
    await ada.act(chatId, 'whispers', { text: 'Offer a discount.' });
    const ask = async (userMessage: string): Promise<string> => {
      await server.call('POST', `/api/chats/${chatId}/completions`, { userMessage, ignoreChatHistory: true });
      return JSON.stringify(server.provider.journal.last!.body);
    };
    const first = await ask('And now?');
    expect(first).toContain('Offer a discount.');
    expect(first).not.toContain('What is the price?');
    expect(await ask('And then?')).not.toContain('Offer a discount.');
  });

  it('keeps what was said in mind however much colleagues note', async () => {
    const chatId = await server.createChat();
    await server.complete(chatId, 'What is the price?');
    for (let round = 0; round < 10; round++)
      await Promise.all(Array.from({ length: 10 }, () => ada.act(chatId, 'notes', { text: 'a note' })));
    await server.complete(chatId, 'And in dollars?');
    expect(JSON.stringify(server.provider.journal.last!.body)).toContain('What is the price?');
  });

  it('passes from colleague to colleague', async () => {
    const chatId = await server.createChat();
    await ada.act(chatId, 'claim');
    const offline = await Person.create(server, 'Carl', ['user', 'agent']);
    const release = (agentId?: number) => ada.act(chatId, 'release', { to: 'agent', agentId });
    expect(await release()).toMatchObject({ status: 400, body: { errors: [{ path: 'agentId' }] } });
    expect(await release(999_999)).toMatchObject({ status: 404 });
    expect(await release(offline.id)).toMatchObject({ status: 404 });
    await offline.call('PUT', '/api/takeover/presence', { status: 'away' });
    expect(await release(offline.id)).toMatchObject({ status: 409, body: { detail: 'Carl is away.' } });
    await offline.call('PUT', '/api/takeover/presence', { status: 'online', capacity: 0 });
    expect(await release(offline.id)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    await offline.call('PUT', '/api/takeover/presence', { capacity: 1 });
    expect(await release(offline.id)).toMatchObject({ status: 200, body: { owner: 'human', agent: { name: 'Carl' } } });
    expect(await ada.act(chatId, 'messages', { text: 'me again' })).toMatchObject({
      status: 409,
      body: { code: 'CHAT_HELD', detail: 'Carl holds the chat.' },
    });
  });

  it('can be passed on by an administrator, but by no other agent', async () => {
    const chatId = await server.createChat();
    await ada.act(chatId, 'claim');
    for (const [action, body] of [
      ['release', { to: 'bot' }],
      ['end', {}],
    ] as const)
      expect(await bob.act(chatId, action, body)).toMatchObject({
        status: 409,
        body: { code: 'CHAT_HELD', detail: 'Ada holds the chat.' },
      });
    expect(await server.asAdmin('POST', `/api/takeover/chats/${chatId}/release`, { to: 'queue' })).toMatchObject({
      status: 200,
      body: { owner: 'requested', agent: null },
    });
    expect((await ada.log(chatId)).at(-1)).toMatchObject({ data: { reason: 'supervisor', to: 'requested' } });
    expect(await bob.act(chatId, 'release', { to: 'bot' })).toMatchObject({ body: { code: 'CHAT_NOT_HELD' } });
  });
});

describe('a customer', () => {
  it('asks for a person, waits in line, changes their mind, and closes the chat', async () => {
    const [first, second] = [await server.createChat(), await server.createChat()];
    const act = (chatId: string, action: string) =>
      server.call<ChatState>('POST', `/api/chats/${chatId}/takeover/${action}`);
    const before = await act(first, 'request');
    expect(before.body).toMatchObject({ owner: 'requested', epoch: 2, position: expect.any(Number) as number });
    expect(await act(first, 'request')).toMatchObject({ status: 200, body: before.body });
    const position = before.body.position!;
    const guest = await connectGuest(second);
    expect(await guest.client.request({ chatId: second })).toMatchObject({ position: position + 1 });
    expect(await act(first, 'cancel')).toMatchObject({ status: 200, body: { owner: 'bot', position: null } });
    await guest.until(({ transients }) =>
      transients.some((event) => event.type === 'queue.position' && event.data.position === position),
    );
    expect(await act(first, 'cancel')).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    await ada.act(second, 'claim');
    expect(await act(second, 'request')).toMatchObject({
      status: 200,
      body: { owner: 'human', agent: { name: 'Ada' } },
    });
    expect(await act(first, 'end')).toMatchObject({ status: 200, body: { owner: 'closed' } });
    for (const action of ['request', 'cancel', 'end'])
      expect(await act(first, action)).toMatchObject({ status: 409, body: { code: 'CHAT_CLOSED' } });
    expect(await server.complete(first, 'Are you there?')).toMatchObject({
      status: 409,
      body: { code: 'CHAT_CLOSED' },
    });
    expect(await ada.act(first, 'claim')).toMatchObject({ status: 409, body: { code: 'CHAT_CLOSED' } });
    expect(await act(first, 'reopen')).toMatchObject({ status: 200, body: { owner: 'bot' } });
    expect((await server.complete(first, 'hello again')).body['assistantMessage']).toBe(expectedText('hello again'));
  });

  it('cannot act as an agent, nor in the chats of others', async () => {
    const user = await Person.create(server, 'Uma', ['user']);
    const chatId = await server.createChat(ada.headers);
    for (const action of ['claim', 'release', 'messages', 'notes', 'whispers', 'typing', 'end', 'reopen']) {
      expect([action, (await user.act(chatId, action)).status]).toEqual([action, 403]);
      expect([action, (await server.call('POST', `/api/takeover/chats/${chatId}/${action}`, {})).status]).toEqual([
        action,
        401,
      ]);
    }
    for (const path of ['queue', 'agents', `chats/${chatId}`, `chats/${chatId}/events`])
      expect([path, (await user.call('GET', `/api/takeover/${path}`)).status]).toEqual([path, 403]);
    for (const action of ['request', 'cancel', 'end', 'reopen'])
      expect((await user.call('POST', `/api/chats/${chatId}/takeover/${action}`)).status).toBe(404);
    expect(await ada.log(chatId)).toEqual([]);
  });
});
