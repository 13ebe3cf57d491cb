import { ChatServer } from '../../support/chat-server.js';
import { freshDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { describeOnServer, REDIS_OR_NONE } from '../../support/servers.js';
import { Person } from '../takeover/takeover.support.js';
import { toolOutputs, ToolServer, welcomeBotOf } from './tools.support.js';

describe('a turn that ends while its tool is working', () => {
  const tools = new ToolServer();
  beforeAll(() => tools.start());
  afterEach(() => tools.reset());
  afterAll(() => tools.stop());

  const start = async (overrides: Record<string, string> = {}): Promise<ChatServer> => {
    const server = await ChatServer.start({ OUTBOUND_ALLOW_HOSTS: tools.host, ...overrides });
    server.provider.script('default', { rounds: [[{ name: 'slow', arguments: '{"told":true}' }]], text: 'Done.' });
    return server;
  };
  const addTool = async (server: ChatServer): Promise<void> => {
    const tool = { name: 'slow', url: tools.urlOf('/slow'), parameters: { type: 'object' } };
    const path = `/api/admin/bots/${await welcomeBotOf(server)}/tools`;
    expect((await server.asAdmin('POST', path, tool)).status).toBe(200);
  };

  it('gives the call up when its time is up, and says so in the log', async () => {
    const server = await start({ TURN_DEADLINE_SECONDS: '1' });
    await addTool(server);
    const chatId = await server.createChat();
    expect((await server.complete(chatId, 'Do it')).status).toBe(504);
    expect(
      await eventually(
        () => tools.abandoned,
        ({ length }) => length > 0,
      ),
    ).toEqual(['/slow']);
    const { body } = await server.asAdmin<{ items: { type: string; data: object }[] }>(
      'GET',
      `/api/takeover/chats/${chatId}/events`,
    );
    expect(body.items.slice(2)).toMatchObject([
      { type: 'tool.called' },
      { type: 'tool.returned', data: { outcome: 'aborted' } },
      { type: 'turn.ended', data: { status: 'failed', error: { code: 'TURN_DEADLINE_EXCEEDED' } } },
    ]);
    await server.stop();
  });

  it('gives the call up when the server shuts down and it has had its time', async () => {
    const server = await start({ SHUTDOWN_GRACE_SECONDS: '1' });
    await addTool(server);
    const chatId = await server.createChat();
    const stream = await server.stream(chatId, 'Do it');
    await stream.until((events) => events.some(({ type }) => type === 'tool.called'));
    await server.stop();
    await eventually(() => tools.abandoned.includes('/slow'));
    await stream.untilEnd();
    // Readers are sent away at the same time.
    expect(['turn.ended', 'stream.closed']).toContain(stream.types().at(-1));
    expect(stream.events.find(({ type }) => type === 'tool.returned')?.data).toMatchObject({
      data: { outcome: 'aborted' },
    });
  });

  it('is given the time to finish when the server shuts down', async () => {
    const server = await start({ SHUTDOWN_GRACE_SECONDS: '20' });
    await addTool(server);
    const chatId = await server.createChat();
    const asked = new Promise<void>((resolve) => {
      tools.answer('/slow', (response) => {
        resolve();
        setTimeout(() => response.end('{"message":"At last."}'), 300);
      });
    });
    const answer = server.complete(chatId, 'Do it');
    await asked;
    const stopped = server.app.stop();
    expect(await answer).toMatchObject({ status: 200, body: { assistantMessage: 'Done.' } });
    await stopped;
    expect(toolOutputs(server.provider.journal.last!)).toEqual(['At last.']);
    await server.provider.stop();
  });

  describeOnServer.each(REDIS_OR_NONE)('on one of two instances, %s', (_, redisUrl) => {
    it('gives the call up when a person takes over at the other', async () => {
      const database = (await freshDatabase())!;
      const overrides = { DATABASE_URL: database.url, REDIS_URL: redisUrl };
      const [first, second] = [await start(overrides), await start(overrides)];
      await addTool(second);
      const agent = await Person.create(second, 'Ada', ['agent']);
      const chatId = await first.createChat();
      const stream = await first.stream(chatId, 'Do it');
      await stream.until((events) => events.some(({ type }) => type === 'tool.called'));
      expect((await agent.act(chatId, 'claim')).status).toBe(200);
      await eventually(() => tools.abandoned.includes('/slow'));
      await stream.untilEnd();
      const log = await agent.log(chatId);
      expect(log.map(({ type }) => type).slice(2)).toEqual(['tool.called', 'turn.ended', 'ownership.changed']);
      expect((await agent.call('GET', `/api/chats/${chatId}/variables`)).body).toEqual({ variables: { told: true } });
      await Promise.all([first.stop(), second.stop()]);
      database.release();
    });
  });
});
