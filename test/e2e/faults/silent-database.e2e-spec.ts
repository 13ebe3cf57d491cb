import { randomUUID } from 'node:crypto';
import { freshDatabase } from '../../support/databases.js';
import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import { describeOnServer } from '../../support/servers.js';
import { TcpLine } from '../../support/tcp-line.mjs';

const CROWD = 60;

interface LoggedEvent {
  type: string;
  data: { author?: string; text?: string };
}

describeOnServer('a database that accepts and says nothing', () => {
  let database: NonNullable<Awaited<ReturnType<typeof freshDatabase>>>;
  let line: TcpLine;
  let server: ChatServer;

  beforeEach(async () => {
    database = (await freshDatabase())!;
    line = await TcpLine.open(database.url);
    server = await ChatServer.start({ DATABASE_URL: line.url });
  });
  afterEach(async () => {
    line.thaw();
    await server.stop();
    line.cut();
    database.release();
  });

  const readiness = async (): Promise<number> => (await server.call('GET', '/health/ready')).status;
  const isBack = (): Promise<unknown> => eventually(async () => (await readiness()) === 200);

  const log = async (chatId: string): Promise<LoggedEvent[]> =>
    (await server.call<{ items: LoggedEvent[] }>('GET', `/api/chats/${chatId}/events`)).body.items;

  it('is answered with 503 everywhere until it speaks again', async () => {
    const chatId = await server.createChat();
    await server.complete(chatId, 'Hello');
    line.freeze();
    const [ready, ...answers] = await Promise.all([
      server.call('GET', '/health/ready'),
      server.call('GET', `/api/chats/${chatId}`),
      server.call('GET', `/api/chats/${chatId}/events`),
      server.complete(chatId, 'Are you there?'),
      server.asAdmin('GET', '/api/admin/bots'),
      // More than there are connections.
      ...Array.from({ length: CROWD }, () => server.call('GET', `/api/chats/${chatId}`)),
    ]);
    expect(ready).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
    for (const { status, body, headers } of answers) {
      expect({ status, code: body['code'] }).toEqual({ status: 503, code: 'DATABASE_UNREACHABLE' });
      expect(headers.get('retry-after')).toBe('1');
    }
    expect((await server.call('GET', '/health/live')).status).toBe(200);
    line.thaw();
    await isBack();
    expect((await server.complete(chatId, 'And now?')).status).toBe(200);
  });

  it('costs a running answer nothing', async () => {
    const chatId = await server.createChat();
    const stream = await server.stream(chatId, 'on and on [[tokens=300 delay=10]]');
    await stream.until(() => stream.deltas().length > 2);
    line.freeze();
    expect((await server.call('GET', `/api/chats/${chatId}`)).status).toBe(503);
    const shown = stream.text();
    line.thaw();
    await stream.untilEnd();
    expect(stream.events.at(-1)!.data['data']).toMatchObject({ status: 'completed' });
    expect(stream.text().startsWith(shown)).toBe(true);
    const completed = (await log(chatId)).find(({ type }) => type === 'message.completed');
    expect(completed!.data.text).toBe(stream.text());
  });

  it('does not have a message twice that is sent again with its key', async () => {
    const chatId = await server.createChat();
    const key = { 'idempotency-key': randomUUID() };
    const sending = server.complete(chatId, 'Only once', key);
    line.freeze();
    await sending;
    line.thaw();
    await isBack();
    await eventually(async () => (await server.complete(chatId, 'Only once', key)).status === 200);
    const said = (await log(chatId)).filter(
      ({ type, data }) => type === 'message.created' && data.author === 'customer',
    );
    expect(said).toHaveLength(1);
  });
});
