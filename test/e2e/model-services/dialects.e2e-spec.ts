import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { SERVICES, type Dialect, type ServiceTable } from '../../support/fake-provider/dialects/index.mjs';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import { bearer } from '../../support/http-client.js';
import { ToolServer } from '../tools/tools.support.js';
import { ServiceSetup, withoutStreaming } from './dialects.support.js';

const MESSAGES = ['one', 'two', 'Where is my order?', 'three', 'four'];
const WITH_TOOL = MESSAGES[2]!;
const SAID_BEFORE = 'One moment.';
const CALL = { name: 'find_order', arguments: '{"order":"7"}' };

describe('A real service, played by its table,', () => {
  const tools = new ToolServer();
  let server: ChatServer;
  let setup: ServiceSetup;

  beforeAll(async () => {
    await tools.start();
    server = await ChatServer.start({ OUTBOUND_ALLOW_HOSTS: tools.host });
  });
  afterEach(() => setup.stop());
  afterAll(async () => {
    await server.stop();
    await tools.stop();
  });

  const start = async (table: ServiceTable, dialect: Dialect | 'auto'): Promise<void> => {
    tools.reset();
    tools.answer('/orders', { message: 'On its way.' });
    setup = await ServiceSetup.start(server, tools, table, dialect);
    setup.provider.script(WITH_TOOL, { rounds: [[CALL]], sayBeforeTools: [SAID_BEFORE] });
  };

  it.each(SERVICES.map((table) => [table.name, table] as const))(
    '%s: is found to be what it is',
    async (_name, table) => {
      await start(table, 'auto');
      expect(setup.probed).toMatchObject({ ...table.expects, problem: null });
    },
  );

  const conversations = SERVICES.flatMap((table) =>
    table.dialects.flatMap((dialect) => [
      [table.name, dialect, 'streamed', table] as const,
      [table.name, dialect, 'whole', withoutStreaming(table)] as const,
    ]),
  );

  it.each(conversations)('%s: holds a conversation with a tool in %s, %s', async (_name, dialect, way, table) => {
    await start(table, dialect);
    const { journal } = setup.provider;
    const hasTools = table.expects.capabilities['tools']!;
    const refusedBefore = journal.refusals.length;
    const chatId = await setup.createChat();
    for (const text of MESSAGES) {
      const answer = expectedText(text);
      const expected = text === WITH_TOOL && hasTools ? `${SAID_BEFORE}\n\n${answer}` : answer;
      expect(await ask(chatId, text, way)).toEqual(expected);
    }
    expect(tools.requests).toMatchObject(hasTools ? [{ path: '/orders', json: { order: '7' } }] : []);
    // What the service refuses is known from the probe, which ran twice: after the service was made, and on demand.
    expect(journal.refusals.slice(refusedBefore)).toEqual([]);
    const refused = journal.refusals.map(({ body }) => JSON.stringify(body));
    expect(refused.filter((each) => refused.filter((other) => other === each).length > 2)).toEqual([]);
  });

  async function ask(chatId: string, text: string, way: 'streamed' | 'whole'): Promise<string> {
    if (way === 'whole')
      return String((await server.complete(chatId, text, bearer(ADMIN_KEY))).body['assistantMessage']);
    const stream = await server.stream(chatId, text, bearer(ADMIN_KEY));
    await stream.untilEnd();
    expect(stream.numbered().at(-1)).toMatchObject({ type: 'turn.ended', data: { status: 'completed' } });
    return stream.text();
  }
});

it.each(SERVICES.map((table) => [table.name, table] as const))('%s: every quirk has its source', (_name, table) => {
  const sources = table.quirks.map(({ source }) => source);
  expect(sources.filter((source) => !URL.canParse(source))).toEqual([]);
});
