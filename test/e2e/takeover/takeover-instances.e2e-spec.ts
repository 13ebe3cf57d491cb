import { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import { freshDatabase } from '../../support/databases.js';
import { EventStream } from '../../support/event-stream.js';
import { eventually } from '../../support/eventually.js';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import { TcpLine } from '../../support/tcp-line.mjs';
import { describeOnServer, MYSQL_URL, REDIS_OR_NONE, REDIS_URL, describeWithRedis } from '../../support/servers.js';
import { Desk, Desks, Person } from './takeover.support.js';

describeOnServer.each(REDIS_OR_NONE)('two instances %s', (_, redisUrl) => {
  let database: NonNullable<Awaited<ReturnType<typeof freshDatabase>>>;
  let first: ChatServer;
  let second: ChatServer;
  let ada: Person;
  let bob: Person;
  const desks = new Desks();

  beforeAll(async () => {
    database = (await freshDatabase())!;
    const overrides = { DATABASE_URL: database.url, REDIS_URL: redisUrl };
    first = await ChatServer.start(overrides);
    second = await ChatServer.start(overrides);
    ada = await Person.create(second, 'Ada', ['user', 'agent']);
    bob = await Person.create(first, 'Bob', ['user', 'agent']);
  });
  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    database.release();
  });
  afterEach(() => {
    desks.closeAll();
  });

  const connect = (person: Person, url?: string): Promise<Desk> =>
    desks.connect(person, url === undefined ? {} : { url });

  it('cut a bot that speaks on the other one, and agree on what it said', async () => {
    const chatId = await first.createChat();
    const message = 'a lot to say [[tokens=1000 delay=10]]';
    const [here, there] = [await connect(bob), await connect(ada)];
    await Promise.all([here, there].map(({ client }) => client.watch(chatId)));
    const stream = await first.stream(chatId, message);
    await there.until((view) => view.deltas().length > 0);
    await there.client.claim({ chatId });
    await there.client.send({ chatId, text: 'My turn.' });
    await stream.untilEnd();
    await first.provider.journal.until(({ aborts }) => aborts.some(({ userMessage }) => userMessage === message));
    await Promise.all(
      [here, there].map((view) =>
        view.until(({ events }) => events.at(-1)?.type === 'message.created' && events.length > 2),
      ),
    );
    const log = await ada.log(chatId);
    for (const view of [here, there]) {
      expect(view.events).toEqual(log);
      expect(view.text()).toBe(stream.text());
      const handOver = view.all.findIndex(({ type }) => type === 'ownership.changed');
      expect(view.all.slice(handOver).map(({ type }) => type)).not.toContain('message.delta');
    }
    expect(log.find(({ type }) => type === 'message.completed')?.data).toMatchObject({ text: stream.text() });
    expect(expectedText(message).startsWith(stream.text())).toBe(true);
  });

  it('let one of two agents win', async () => {
    for (let round = 0; round < 5; round++) {
      const chatId = await first.createChat();
      const answers = await Promise.all([ada, bob].map((agent) => agent.act(chatId, 'claim')));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    }
  });

  it('never stumble over each other, however many commands come at once', async () => {
    for (let round = 0; round < 8; round++) {
      const chatId = await first.createChat();
      await ada.act(chatId, 'claim');
      const commands = Array.from({ length: 6 }, (_, index) => [
        ada.act(chatId, 'messages', { text: 'Hello.' }),
        first.call('POST', `/api/takeover/chats/${chatId}/notes`, { text: 'A note.' }, ada.headers),
        first.complete(chatId, 'And now?'),
        index % 2 ? ada.act(chatId, 'claim') : ada.act(chatId, 'release', { to: 'queue' }),
      ]);
      const answers = await Promise.all(commands.flat());
      expect(answers.filter(({ status }) => status >= 500).map(({ body }) => body)).toEqual([]);
    }
  });

  it('take the same message once when it comes to both at once, and answer alike', async () => {
    for (let round = 0; round < 20; round++) {
      const chatId = await first.createChat();
      const message = { text: 'Once.', clientMessageId: 'm1', expectedEpoch: 1 };
      const path = `/api/takeover/chats/${chatId}/messages`;
      const answers = await Promise.all(
        [first, second, first, second].map((server) => server.call('POST', path, message, ada.headers)),
      );
      expect(answers.map(({ body }) => body)).toEqual(answers.map(() => answers[0]!.body));
      expect((await ada.log(chatId)).map(({ type }) => type)).toEqual(['ownership.changed', 'message.created']);
    }
  });

  it('both look after agents who are gone, and do it once', async () => {
    const chatIds = await Promise.all(Array.from({ length: 20 }, () => first.createChat()));
    for (const chatId of chatIds) await ada.act(chatId, 'claim');
    const dataSource = first.app.app.get(DataSource, { strict: false });
    await dataSource.query(`UPDATE chats SET lease_until = '2020-01-01' WHERE owner = 'human' AND agent_id = ?`, [
      ada.id,
    ]);
    for (const chatId of chatIds) {
      const log = await eventually(
        () => ada.log(chatId),
        (events) => events.length >= 3,
      );
      expect(log.map(({ type }) => type)).toEqual(['ownership.changed', 'ownership.changed', 'note.created']);
    }
  });

  it('pass a conversation of two people to and fro', async () => {
    const chatId = await first.createChat();
    const desk = await connect(ada);
    await desk.client.watch(chatId);
    await desk.client.claim({ chatId });
    const customer = await EventStream.open(`${first.app.url}/api/chats/${chatId}/events`);
    for (let round = 0; round < 3; round++) {
      await first.complete(chatId, `question ${round}`);
      await desk.until(
        ({ events }) => events.at(-1)?.type === 'message.created' && events.at(-1)?.actor.kind === 'customer',
      );
      await desk.client.send({ chatId, text: `answer ${round}` });
      await customer.until((events) => JSON.stringify(events.at(-1)?.data).includes(`answer ${round}`));
    }
    expect(customer.numbered()).toEqual(await ada.log(chatId));
    await customer.close();
  });

  it('let an agent move from one to the other without losing anything', async () => {
    const chatId = await first.createChat();
    const before = await connect(ada);
    await before.client.watch(chatId);
    const stream = await first.stream(chatId, 'on and on [[tokens=200 delay=10]]');
    await before.until((view) => view.deltas().length > 1);
    const position = before.client.positionOf(chatId)!;
    before.close();
    const after = await connect(ada, first.app.url);
    await after.client.watch(chatId, position);
    await stream.untilEnd();
    await after.until((view) => view.hasEvent('turn.ended'));
    const rest = after.deltas();
    expect(rest[0]!.offset).toBe(before.text().length);
    expect(before.text() + rest.map(({ text }) => text).join('')).toBe(stream.text());
    expect([...before.events, ...after.events]).toEqual(await ada.log(chatId));
  });
});

(MYSQL_URL === '' ? describe.skip : describeWithRedis)(
  'two instances that lose their Redis while the bot speaks',
  () => {
    it('are slower, and lose nothing', async () => {
      const line = await TcpLine.open(REDIS_URL);
      const database = (await freshDatabase())!;
      const overrides = { DATABASE_URL: database.url, REDIS_URL: line.url };
      const [first, second] = [await ChatServer.start(overrides), await ChatServer.start(overrides)];
      const ada = await Person.create(second, 'Ada', ['user', 'agent']);
      const chatId = await first.createChat();
      const guest = new Desk({ url: first.app.url, chatId });
      await guest.client.watch(chatId);
      const desk = await ada.connect();
      await desk.client.watch(chatId);
      const message = 'a lot to say [[tokens=3000 delay=10]]';
      const stream = await first.stream(chatId, message);
      await desk.until((view) => view.deltas().length > 0);
      line.cut();
      const shown = desk.text().length;
      await desk.until((view) => view.text().length > shown);
      await desk.client.claim({ chatId });
      await desk.client.send({ chatId, text: 'My turn.' });
      await first.provider.journal.until(({ aborts }) => aborts.some(({ userMessage }) => userMessage === message));
      await first.complete(chatId, 'At last');
      const isWhole = ({ events }: Desk): boolean =>
        events.some(({ data }) => 'text' in data && data.text === 'At last');
      await Promise.all([desk, guest].map((view) => view.until(isWhole)));
      await stream.untilEnd();
      const log = await ada.log(chatId);
      expect([desk.events, guest.events]).toEqual([log, log]);
      expect([desk.text(), guest.text()]).toEqual([stream.text(), stream.text()]);
      for (const view of [desk, guest]) view.close();
      await Promise.all([first.stop(), second.stop()]);
      database.release();
    });
  },
);
