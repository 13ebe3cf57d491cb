import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';

const PLENTY = 1_000_000;
const LARGE = 'x'.repeat(15_000);

/** The embedded database can be given a size that it may not exceed; it then fails as on a full disk. */
describe('a database without room', () => {
  let server: ChatServer;
  let dataSource: DataSource;
  beforeAll(async () => {
    server = await ChatServer.start({ DATABASE_URL: '' });
    dataSource = server.app.app.get(DataSource);
  });
  afterAll(() => server.stop());

  const limit = async (pages: number): Promise<void> =>
    void (await dataSource.query(`PRAGMA max_page_count = ${pages}`));
  const fill = async (): Promise<void> => {
    const [{ page_count: pages }] = await dataSource.query<[{ page_count: number }]>('PRAGMA page_count');
    await limit(pages);
  };
  const say = (chatId: string) => server.complete(chatId, LARGE);
  const readiness = () => server.call('GET', '/health/ready');

  it('refuses to store, says so, reads on, and stores again when there is room', async () => {
    const chatId = await server.createChat();
    await server.complete(chatId, 'Before');
    await fill();
    let stored = 1;
    const refused = await eventually(async () => {
      const answer = await say(chatId);
      if (answer.status === 200) stored++;
      return answer.status === 503 ? answer : null;
    });
    expect(refused!.body).toMatchObject({ code: 'STORAGE_FULL' });
    expect(refused!.headers.get('retry-after')).toBe('10');
    const unready = await readiness();
    expect(unready).toMatchObject({ status: 503, body: { code: 'STORAGE_FULL' } });
    expect(unready.headers.get('retry-after')).toBe('10');
    const { status, body } = await server.call<{ items: { type: string }[] }>('GET', `/api/chats/${chatId}/events`);
    expect(status).toBe(200);
    expect(body.items.filter(({ type }) => type === 'message.created')).toHaveLength(stored);

    await limit(PLENTY);
    await eventually(async () => (await readiness()).status === 200);
    expect((await say(chatId)).status).toBe(200);
  });

  it('does not let a caller wait for an answer whose end finds no room', async () => {
    const chatId = await server.createChat();
    const key = { 'idempotency-key': randomUUID() };
    const message = 'Take your time [[tokens=4000 delay=1]]';
    const answer = server.complete(chatId, message, key);
    await server.provider.journal.until(({ last }) => last?.userMessage === message);
    const other = await server.createChat();
    await fill();
    await eventually(async () => (await say(other)).status === 503);
    expect(await answer).toMatchObject({ status: 503, body: { code: 'STORAGE_FULL' } });
    await limit(PLENTY);
    expect(await server.complete(chatId, message, key)).toMatchObject({ status: 200 });
  });

  it('keeps an answer that was on its way', async () => {
    const chatId = await server.createChat();
    const stream = await server.stream(chatId, 'on and on [[tokens=600 delay=10]]');
    await stream.until(() => stream.deltas().length > 0);
    const other = await server.createChat();
    await fill();
    await eventually(async () => (await say(other)).status === 503);
    await limit(PLENTY);
    await stream.untilEnd();
    expect(stream.events.at(-1)!.data['data']).toMatchObject({ status: 'completed' });
  });
});
