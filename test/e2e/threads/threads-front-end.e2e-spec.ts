import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import { EmbeddedPage, ThreadsFrontEnd } from './threads-front-end.js';

const ADDED = { success: true, message: 'Message added to thread successfully!' };
const TOOL = {
  type: 'function',
  function: {
    name: 'note_name',
    description: 'Notes the name.',
    parameters: {
      type: 'object',
      properties: { name: { type: 'string', description: 'The name' } },
      required: ['name'],
    },
    url: 'https://tools.example.org/note',
  },
};

describe.each([
  ['a real service', {}, 'fake-large'],
  ['the demo service', { OPENAI_BASE_URL: '', OPENAI_API_KEY: '', OPENAI_MODEL: '' }, 'gpt-4o'],
])("the original's front end on %s", (_service, settings: Record<string, string>, model) => {
  let server: ChatServer;
  let desk: ThreadsFrontEnd;

  beforeAll(async () => {
    server = await ChatServer.start({ THREADS_OPEN: 'true', ...settings });
    desk = await ThreadsFrontEnd.open(server.app.url);
  });
  afterAll(async () => {
    await desk.close();
    await server.stop();
  });

  it('runs whole: from the form of the assistant to the end of a thread that an agent took over', async () => {
    expect(desk.threads).toEqual([]);
    const assistantId = await desk.createAssistant('Sales', model);
    const lead = await EmbeddedPage.open(server.app.url, assistantId);
    await eventually(() => desk.announced().includes(lead.threadId));
    desk.threads = await desk.listThreads();
    expect(desk.threads).toMatchObject([{ id: lead.threadId, status: 'active' }]);
    await desk.select(lead.threadId);

    expect(await lead.send('Hello')).toEqual({ run_id: expect.stringMatching(/^run_/) });
    await eventually(() => desk.refetches === 1 && desk.messages.length === 2);
    expect(desk.lines).toEqual(await lead.poll());
    expect(desk.lines).toEqual(['USER: Hello', expect.stringMatching(/^ASSISTANT: \S/)]);
    expect(await desk.variables()).toBe('Variable not found');

    expect(await desk.takeOver()).toBe('Agent takeover successful.');
    await eventually(() => desk.threads[0]!.status === 'agent_takeover');
    expect(await lead.send('Are you human?')).toEqual(ADDED);
    await desk.answer('I am.');
    await eventually(() => desk.messages.length >= 4 || desk.crashes.length > 0);
    expect(desk.crashes).toEqual([]);
    // Appended from the socket, without a request: the same as what a reload shows.
    const appended = desk.messages;
    expect(desk.lines.slice(2)).toEqual(['USER: Are you human?', 'AGENT: I am.']);
    expect(await lead.poll()).toEqual(desk.lines);
    await desk.select(lead.threadId);
    expect(appended).toEqual(desk.messages);

    expect(await desk.takeOver()).toBe('thread already cancelled');
    expect(await lead.leave()).toEqual({ message: 'thread already cancelled' });
    expect((await desk.listThreads())[0]!.status).toBe('agent_takeover');
  });

  it('keeps the tools of an assistant whose form is saved again', async () => {
    const assistantId = await desk.createAssistant('Noting', model, [TOOL]);
    await desk.renameAssistant(assistantId, 'Noting more');
    const saved = (await desk.listAssistants()).find(({ id }) => id === assistantId);
    expect(saved).toMatchObject({ name: 'Noting more', instructions: 'You help.', model, tools: [TOOL] });
  });

  it('shows the form of a bot whose tool takes no arguments', async () => {
    const bot = { displayNameTv: { value: 'Clock' }, isActive: true, isPublic: true };
    const { body } = await server.asAdmin<{ botId: string }>('POST', '/api/admin/bots', bot);
    const tool = { name: 'get_time', description: 'The time', parameters: { type: 'object' }, url: TOOL.function.url };
    expect((await server.asAdmin('POST', `/api/admin/bots/${body.botId}/tools`, tool)).status).toBe(200);
    await desk.renameAssistant(`asst_${body.botId.replaceAll('-', '')}`, 'Clock 2');
  });

  it('ends a thread when the page is closed', async () => {
    const lead = await EmbeddedPage.open(server.app.url, await desk.createAssistant('Brief', model));
    expect(await lead.leave()).toEqual({ id: lead.threadId, object: 'thread.deleted', deleted: true });
    expect(await lead.send('Hello?')).toEqual({ message: 'Thread Status : window_closed' });
  });
});
