import { ChatLogRepository } from '../../../apps/api/src/baton/log/chat-log.repository.js';
import { ChatServer } from '../../support/chat-server.js';
import { freshDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { describeWithRedis, MYSQL_URL, REDIS_URL } from '../../support/servers.js';
import { TcpLine } from '../../support/tcp-line.mjs';

/** More than the long interval with Redis gives time for while a test waits. */
const SEVERAL = 6;

(MYSQL_URL === '' ? describe.skip : describeWithRedis)('a Redis that accepts and says nothing', () => {
  let database: NonNullable<Awaited<ReturnType<typeof freshDatabase>>>;
  let lines: [TcpLine, TcpLine];
  let first: ChatServer;
  let second: ChatServer;

  beforeEach(async () => {
    database = (await freshDatabase())!;
    lines = [await TcpLine.open(REDIS_URL), await TcpLine.open(REDIS_URL)];
    const start = (line: TcpLine): Promise<ChatServer> =>
      ChatServer.start({ DATABASE_URL: database.url, REDIS_URL: line.url });
    [first, second] = [await start(lines[0]), await start(lines[1])];
    await Promise.all([isUp(first), isUp(second)]);
  });
  afterEach(async () => {
    await Promise.all([first.stop(), second.stop()]);
    for (const line of lines) line.cut();
    database.release();
  });

  const seesRedis = async (server: ChatServer, state: 'up' | 'down'): Promise<boolean> => {
    const { status, body } = await server.call<{ parts: { redis: string } }>('GET', '/health/ready');
    expect(status).toBe(200);
    return body.parts.redis === state;
  };
  const isUp = (server: ChatServer): Promise<unknown> => eventually(() => seesRedis(server, 'up'));
  const isDown = (server: ChatServer): Promise<unknown> => eventually(() => seesRedis(server, 'down'));

  it('is seen as down and missed by no reader, and used again when it speaks', async () => {
    const chatId = await first.createChat();
    const reader = await second.follow(chatId);
    for (const line of lines) line.freeze();
    await Promise.all([isDown(first), isDown(second)]);
    await first.complete(chatId, 'During the silence');
    await reader.until(() => reader.types().includes('turn.ended'));
    for (const line of lines) line.thaw();
    await Promise.all([isUp(first), isUp(second)]);
    await first.complete(chatId, 'After the silence');
    await reader.until(() => reader.types().filter((type) => type === 'turn.ended').length === 2);
    const numbers = reader.numbered().map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    await reader.close();
  });

  it('is made up for by the others when only one instance has lost it', async () => {
    const chatId = await second.createChat();
    const reader = await second.follow(chatId);
    const polls = jest.spyOn(second.app.app.get(ChatLogRepository, { strict: false }), 'findHeads');
    lines[0].freeze();
    await isDown(first);
    polls.mockClear();
    await first.complete(chatId, 'Only the database brings this over');
    await reader.until(() => reader.types().includes('turn.ended'));
    await eventually(() => polls.mock.calls.length >= SEVERAL);
    expect(await seesRedis(second, 'up')).toBe(true);
    await reader.close();
  });
});
