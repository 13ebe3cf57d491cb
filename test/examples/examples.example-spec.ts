import { Baton, type ChatEventEnvelope } from '@baton/client';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { Line } from '../support/line.js';
import { ADMIN_KEY, BatonServer, freePort } from '../support/server.mjs';
import { Program } from './program.js';

describe('the example', () => {
  const provider = new FakeProvider();
  const programs: Program[] = [];
  let server: BatonServer;
  let line: Line;
  let baton: Baton;
  let toolPort: number;

  beforeAll(async () => {
    await provider.start();
    toolPort = await freePort();
    const env = { OUTBOUND_ALLOW_HOSTS: `127.0.0.1:${toolPort}` };
    server = await BatonServer.start({ providerUrl: provider.baseUrl, env });
    line = await Line.open(() => server.port);
    baton = new Baton({ url: server.url, token: ADMIN_KEY });
  }, 60_000);
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.stop();
  });
  afterAll(async () => {
    await line?.close();
    await server?.dispose();
    await provider.stop();
  });

  function run(command: string, file: string, env: Record<string, string> = {}): Program {
    const settings = { BATON_URL: line.url, BATON_TOKEN: ADMIN_KEY, ...env };
    const program = new Program(command, [`examples/${file}`], settings);
    programs.push(program);
    return program;
  }

  const typesOf = async (chatId: string): Promise<string[]> =>
    (await baton.getTakeoverChatEvents({ path: { chatId } })).items.map(({ type }) => type);

  it('streaming-client streams answers, also over a broken connection', async () => {
    const chat = run(process.execPath, 'streaming-client/chat.mjs');
    await chat.type('[[text=The first answer.]]', 'The first answer.');
    const answer = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');
    const from = chat.output.length;
    const isAnswered = chat.type(`[[text=${answer} delay=10]]`, 'word39');
    await chat.prints('word3 ', from);
    line.cut();
    line.mend();
    await isAnswered;
    await chat.type('[[status=400 message=No]]', /\[failed: .+\]/);
    expect(await chat.leave()).toContain(answer);
  });

  it('agent-desk lists the queue, takes a chat over, answers and gives it back', async () => {
    const customer = new Baton({ url: server.url });
    const { chatId } = await customer.createChatByBotCode({ body: { botCode: 'welcome' } });
    await customer.createCompletion({ path: { chatId }, body: { userMessage: 'Are you there?' } });
    const desk = run(process.execPath, 'agent-desk/desk.mjs');
    await desk.prints('No chat waits.');
    await desk.type('hello', 'Take a chat over first');
    await customer.requestPerson({ path: { chatId }, body: {} });
    await desk.prints('-- 1 waiting, 0 held');
    await desk.type('queue', /1\. .+, waits for \d+ s: /);
    await desk.type('take 1', '-- requested → human, agent_takeover');
    expect(desk.output).toContain(': Are you there?');
    await desk.type('How can I help?', ': How can I help?');
    await desk.type('note A regular', '(note): A regular');
    await customer.createCompletion({ path: { chatId }, body: { userMessage: 'My order is late.' } });
    await desk.prints(': My order is late.');
    await desk.type('back', 'The bot answers again.');
    await desk.type('back', '!! ');
    await desk.leave();
    expect(await baton.getTakeoverChat({ path: { chatId } })).toMatchObject({ owner: 'bot', agent: null });
    const types = await typesOf(chatId);
    expect(types.slice(types.indexOf('ownership.changed'))).toEqual([
      'ownership.changed',
      'ownership.changed',
      'message.created',
      'note.created',
      'message.created',
      'ownership.changed',
    ]);
  });

  it('tool-server is registered, and answers the calls of a bot', async () => {
    const secret = { TOOL_SECRET: 'a secret of the test', PORT: String(toolPort) };
    const tool = run(process.execPath, 'tool-server/server.mjs', secret);
    await tool.prints('The tool is at');
    const url = `http://127.0.0.1:${toolPort}/orders`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
    const registered = await run('bash', 'tool-server/register.sh', { ...secret, TOOL_URL: url }).leave();
    expect(registered).toContain('Order A-17: sent, Monday.');

    const call = { name: 'find_order', arguments: '{"orderNumber":"B-4"}' };
    provider.script('Where is my order?', { tool: call, text: 'It is being packed.' });
    const { chatId } = await baton.createChatByBotCode({ body: { botCode: 'welcome' } });
    const body = { userMessage: 'Where is my order?' };
    expect((await baton.createCompletion({ path: { chatId }, body })).assistantMessage).toBe('It is being packed.');
    const { items } = await baton.getTakeoverChatEvents({ path: { chatId } });
    const returned = (items as unknown as ChatEventEnvelope[]).find(({ type }) => type === 'tool.returned');
    expect(returned?.data).toMatchObject({ outcome: 'ok', output: 'Order B-4: being packed, today.' });
    expect((await baton.getChatVariables({ path: { chatId } })).variables).toMatchObject({
      orderStatus: 'being packed',
    });
  });

  it('curl/conversation.sh says everything once', async () => {
    const output = await run('bash', 'curl/conversation.sh').leave();
    expect(output).toMatch(/# Say something.*\n\{.*"assistantMessage":"[^"]/);
    expect(output).toMatch(/event: turn\.ended\ndata: .*"status":"completed"/);
    expect(output).toMatch(/turn\.ended\ndata: .*"completionId":"([^"]+)".*\n+# Repeat it.*\n\{"completionId":"\1"/);
    expect(output).toMatch(
      /first words\n( +\d+ event: message\.delta\n)? +1 event: message\.completed\n +1 event: turn\.ended/,
    );
    expect(output).toMatch(/# Delete the chat\n\{\}\n$/);
  });

  it('curl/takeover.sh takes a chat over and gives it back', async () => {
    const output = await run('bash', 'curl/takeover.sh').leave();
    const [, events] = output.split('is missing)\n');
    const { items } = JSON.parse(events!) as { items: ChatEventEnvelope[] };
    const types = items.map(({ type }) => type);
    expect(types.slice(types.indexOf('ownership.changed'))).toEqual([
      'ownership.changed',
      'ownership.changed',
      'message.created',
      'message.created',
      'ownership.changed',
    ]);
    expect(items.at(-1)!.data).toMatchObject({ from: 'human', to: 'bot', reason: 'agent_release' });
    expect(await typesOf(items[0]!.chatId)).toContain('note.created');
  });

  it('curl/admin.sh creates a bot and an agent, and removes them', async () => {
    const before = (await baton.getAdminBots()).totalItemCount;
    const output = await run('bash', 'curl/admin.sh').leave();
    expect(output).toMatch(/The bot is [-0-9a-f]{36}\./);
    expect(output).toMatch(/# Remove the agent and the bot\n\{\}\{\}\n$/);
    expect((await baton.getAdminBots()).totalItemCount).toBe(before);
  });
});
