import type { ChatEventEnvelope } from '@app/contracts';
import { itAcrossInstances } from '../../support/servers.js';
import { ChatServer } from '../../support/chat-server.js';
import { codeOf, Desks, Person, type Desk } from './takeover.support.js';

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
const texts = (events: ChatEventEnvelope[]): string[] =>
  events.flatMap(({ data }) => ('text' in data ? [data.text] : []));

describe('two agents', () => {
  it('cannot hold the same chat: one wins, the others learn who', async () => {
    const agents = [ada, bob, await Person.create(server, 'Eve', ['user', 'agent'])];
    for (let round = 0; round < 10; round++) {
      const chatId = await server.createChat();
      const answers = await Promise.all(agents.map((agent) => agent.act(chatId, 'claim')));
      const winners = agents.filter((_, index) => answers[index]!.status === 200);
      expect(winners).toHaveLength(1);
      const refused = answers.filter(({ status }) => status !== 200);
      for (const { status, body } of refused)
        expect({ status, code: body['code'], detail: body['detail'] }).toEqual({
          status: 409,
          code: 'CHAT_HELD',
          detail: `${winners[0]!.name} holds the chat.`,
        });
      expect(await ada.log(chatId)).toHaveLength(1);
    }
  });

  it('learn who was faster also when they say which state of the chat they mean', async () => {
    const chatId = await server.createChat();
    await ada.act(chatId, 'claim', { expectedEpoch: 1 });
    const refused = { status: 409, body: { code: 'OUTDATED_CHAT', detail: 'Ada holds the chat.' } };
    expect(await bob.act(chatId, 'claim', { expectedEpoch: 1 })).toMatchObject(refused);
    expect(await bob.act(chatId, 'messages', { expectedEpoch: 1, text: 'Hello' })).toMatchObject(refused);
  });

  it('may claim again what they hold', async () => {
    const chatId = await server.createChat();
    const first = await ada.act(chatId, 'claim');
    expect((await ada.act(chatId, 'claim')).body).toEqual(first.body);
  });

  itAcrossInstances('see each other write and come', async () => {
    const chatId = await server.createChat();
    const [desk, other, guest] = [await connect(ada), await connect(bob), await connectGuest(chatId)];
    await Promise.all([desk, other].map(({ client }) => client.watch(chatId)));
    await desk.client.typing(chatId, true);
    await other.until(({ transients }) => transients.some(({ type }) => type === 'typing'));
    await desk.client.claim({ chatId });
    await desk.client.typing(chatId, true);
    await guest.until(({ transients }) => transients.some(({ type }) => type === 'typing'));
    await guest.client.typing(chatId, true);
    await desk.until(({ transients }) =>
      transients.some(({ type, data }) => type === 'typing' && 'actor' in data && data.actor.kind === 'customer'),
    );
    const seen = guest.transients.flatMap((event) => (event.type === 'typing' ? [event] : []));
    // What Ada typed before she held the chat was for colleagues.
    expect(seen[0]).toMatchObject({
      seq: null,
      epoch: 2,
      data: { actor: { kind: 'agent', name: 'Ada' }, isTyping: true },
    });
    expect(await ada.log(chatId)).toHaveLength(1);
  });
});

describe('a message of an agent', () => {
  it('takes the chat over from the bot', async () => {
    const chatId = await server.createChat();
    const stream = await server.stream(chatId, 'go on [[tokens=300 delay=10]]');
    await stream.until((events) => events.some(({ type }) => type === 'message.delta'));
    const desk = await connect(ada);
    const sent = await desk.client.send({ chatId, text: 'Stop, I will help you.' });
    await stream.untilEnd();
    expect(sent).toMatchObject({ epoch: 2 });
    const types = (await ada.log(chatId)).map(({ type }) => type);
    expect(types.slice(-4)).toEqual(['message.completed', 'turn.ended', 'ownership.changed', 'message.created']);
  });

  it('is said once however often it is sent, and answered alike', async () => {
    const chatId = await server.createChat();
    const desk = await connect(ada);
    const message = { chatId, text: 'Once.', clientMessageId: 'm1' };
    const answers = await Promise.all([1, 2, 3].map(() => desk.client.send(message)));
    const over = await ada.act(chatId, 'messages', { text: 'Once.', clientMessageId: 'm1' });
    expect(new Set([...answers, over.body].map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(texts(await ada.log(chatId))).toEqual(['Once.']);
    await ada.act(chatId, 'release', { to: 'bot' });
    // The answer that got lost may be asked for after the chat was given back, and takes nothing over.
    expect(await desk.client.send(message)).toEqual(answers[0]);
    expect((await ada.log(chatId)).at(-1)?.type).toBe('ownership.changed');
  });

  it('is refused when the chat has moved on', async () => {
    const chatId = await server.createChat();
    const desk = await connect(ada);
    const { epoch } = await desk.client.claim({ chatId });
    await desk.client.release({ chatId, to: 'queue' });
    const old = { chatId, expectedEpoch: epoch };
    expect(await codeOf(desk.client.send({ ...old, text: 'late' }))).toBe('OUTDATED_CHAT');
    expect(await codeOf(desk.client.note({ ...old, text: 'late' }))).toBe('OUTDATED_CHAT');
    expect(await codeOf(desk.client.claim(old))).toBe('OUTDATED_CHAT');
    expect(await ada.log(chatId)).toHaveLength(2);
  });
});
