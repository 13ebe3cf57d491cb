import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { ThreadsClient } from './threads.support.js';

interface ShownTool {
  type: string;
  function: { name: string; description: string; parameters: object; url: string };
}

interface ShownAssistant {
  id: string;
  name: string;
  instructions: string;
  model: string;
  tools: ShownTool[];
}

const PARAMETERS = {
  type: 'object',
  properties: { name: { type: 'string', description: 'The name' } },
  required: ['name'],
};
const toolOf = (name: string, url?: string, parameters: unknown = PARAMETERS) => ({
  type: 'function',
  function: { name, description: `Does ${name}`, parameters, ...(url !== undefined && { url }) },
});
const URL = 'https://tools.example.com/hook';
/** As a form sends it in which nothing was filled in. */
const EMPTY_TOOL = {
  type: 'function',
  function: { name: '', description: '', parameters: { type: 'object', properties: {}, required: [] }, url: '' },
};
const UNKNOWN = `asst_${'0'.repeat(32)}`;

describe('the assistants of the threads API', () => {
  let server: ChatServer;
  let lead: ThreadsClient;
  let admin: ThreadsClient;

  beforeAll(async () => {
    server = await ChatServer.start();
    lead = new ThreadsClient(server);
    admin = new ThreadsClient(server, { authorization: `Bearer ${ADMIN_KEY}` });
  });
  afterAll(() => server.stop());

  const create = async (fields: object = {}): Promise<string> => {
    const body = { name: 'Support', instruction: 'You help.', model: 'fake-large', ...fields };
    const answer = await admin.call('POST', '/create_assistant', body);
    expect(answer).toMatchObject({ status: 201, body: { assistant_id: expect.stringMatching(/^asst_[0-9a-f]{32}$/) } });
    return String(answer.body['assistant_id']);
  };
  const list = async (): Promise<ShownAssistant[]> => (await admin.call<ShownAssistant[]>('GET', '/chatbots')).body;
  const read = async (id: string): Promise<ShownAssistant> =>
    (await admin.call<ShownAssistant>('GET', `/chatbots/${id}`)).body;
  const botIdOf = (id: string): string => id.replace(/^asst_(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

  it('are made, with several tools each, and shown with their addresses', async () => {
    const tools = [EMPTY_TOOL, toolOf('note_name', URL), toolOf('note_debt', `${URL}/debt`), toolOf('no_address')];
    const id = await create({ tools });
    const expected = [toolOf('note_name', URL), toolOf('note_debt', `${URL}/debt`), toolOf('no_address', '')];
    expect(await read(id)).toEqual({
      id,
      object: 'assistant',
      created_at: expect.any(Number),
      name: 'Support',
      description: '',
      instructions: 'You help.',
      model: 'fake-large',
      tools: expected,
      metadata: {},
      tool_resources: {},
      temperature: null,
      top_p: null,
      response_format: 'auto',
    });
    expect((await list())[0]).toEqual(await read(id));
  });

  it('are made without tools and model, and with either spelling of the instructions', async () => {
    const bare = await admin.call('POST', '/create_assistant', { name: 'Bare', instruction: 'Be brief.' });
    expect(bare.status).toBe(201);
    const plural = await admin.call('POST', '/create_assistant', { name: 'Plural', instructions: 'Be plural.' });
    expect(await read(String(plural.body['assistant_id']))).toMatchObject({ instructions: 'Be plural.', tools: [] });
  });

  it('answer in threads, the first one named answers in its own right', async () => {
    const id = await create({ name: 'Named', instruction: 'You are named.' });
    const threadId = await lead.createThread();
    await lead.chat(threadId, 'Who answers?', id);
    expect((await lead.messages(threadId))[0]).toMatchObject({ role: 'assistant', assistant_id: id });
    const { requests } = server.provider.journal;
    expect(JSON.stringify(requests.at(-1))).toContain('You are named.');
    const chatId = threadId.replace(/^thread_(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    expect((await server.call('GET', `/api/chats/${chatId}`)).body['botId']).toBe(botIdOf(id));
    const other = await create({ name: 'Other' });
    await lead.chat(threadId, 'And now?', other);
    expect((await lead.messages(threadId))[0]).toMatchObject({ assistant_id: other });
    // Something had been said by then.
    expect((await server.call('GET', `/api/chats/${chatId}`)).body['botId']).toBe(botIdOf(id));
  });

  it('that do not exist, or are not public, are not found', async () => {
    const hidden = await create({ name: 'Hidden' });
    await server.asAdmin('PUT', `/api/admin/bots/${botIdOf(hidden)}`, { isPublic: false });
    const threadId = await lead.createThread();
    for (const id of [UNKNOWN, 'asst_abc', 'nonsense', hidden]) {
      const refused = { status: 404, body: { error: 'Assistant not found' } };
      expect(await lead.chat(threadId, 'Hello', id)).toMatchObject(refused);
      expect(await admin.call('GET', `/chatbots/${id}`)).toMatchObject(refused);
      expect(await admin.call('DELETE', `/chatbots/${id}`)).toMatchObject(refused);
      expect(await admin.call('POST', '/update_assistant', { asst_id: id, name: 'Mine' })).toMatchObject(refused);
    }
    expect(await lead.messages(threadId)).toEqual([]);
    expect((await list()).map(({ id }) => id)).not.toContain(hidden);
    expect((await lead.chat(threadId, 'Hello', '')).status).toBe(200);
  });

  it('change in what is sent', async () => {
    const id = await create({ tools: [toolOf('kept', URL), toolOf('dropped', URL)] });
    await server.asAdmin('PUT', `/api/admin/bots/${botIdOf(id)}`, {
      displayNameTv: { value: 'Support', valueDe: 'Kundendienst' },
    });
    const update = async (changes: object) => {
      const answer = await admin.call('POST', '/update_assistant', { asst_id: id, ...changes });
      expect(answer).toMatchObject({ status: 200, body: { assistant_id: id } });
      return read(id);
    };
    expect(await update({ name: 'Renamed' })).toMatchObject({ name: 'Renamed', instructions: 'You help.' });
    expect((await server.asAdmin('GET', `/api/admin/bots/${botIdOf(id)}`)).body['displayNameTv']).toEqual({
      value: 'Renamed',
      valueDe: 'Kundendienst',
    });
    expect(await update({ instructions: 'You wait.', model: 'fake-small' })).toMatchObject({
      instructions: 'You wait.',
      model: 'fake-small',
    });
    const { tools } = await update({});
    expect(tools).toHaveLength(2);
    // What a form does: it sends back what it was shown.
    expect(await update({ tools: [tools[0], EMPTY_TOOL] })).toMatchObject({ tools: [toolOf('kept', URL)] });
    expect(await update({ tools: [] })).toMatchObject({ tools: [] });
  });

  it('are deleted, and what they said stays', async () => {
    const id = await create();
    const threadId = await lead.createThread();
    await lead.chat(threadId, 'Hello', id);
    const answer = await admin.call('DELETE', `/chatbots/${id}`);
    expect(answer).toMatchObject({ status: 200, body: { id, object: 'assistant.deleted', deleted: true } });
    expect((await admin.call('GET', `/chatbots/${id}`)).status).toBe(404);
    expect((await lead.messages(threadId))[0]).toMatchObject({ assistant_id: id });
    const unanswered = await lead.chat(threadId, 'Still there?', '');
    expect(unanswered).toMatchObject({ status: 404, body: { error: 'Assistant not found' } });
  });

  it('are refused when they are none, and then nothing has changed', async () => {
    const before = (await list()).length;
    const name = 'Support';
    const instruction = 'You help.';
    const badTools: unknown[] = [
      'tool',
      [5],
      [{ type: 'code_interpreter' }],
      [{ type: 'function' }],
      [toolOf('has space', URL)],
      [toolOf('note', 'no address')],
      [toolOf('note', 'ftp://example.com')],
      [toolOf('note', URL, 'a schema')],
      [toolOf('note', URL, { type: 'array' })],
      [toolOf('note', URL, { type: 'object', properties: { name: 'string' } })],
      [toolOf('note', URL, { type: 'object', properties: {}, required: ['name'] })],
      [toolOf('note', URL), toolOf('note', URL)],
      [{ type: 'function', function: { name: { a: 1 }, url: URL } }],
      Array.from({ length: 33 }, (_, index) => toolOf(`note_${index}`, URL)),
    ];
    const bad = [
      {},
      { name },
      { instruction },
      { name: '', instruction },
      { name: 5, instruction },
      { name: 'x'.repeat(201), instruction },
      { name, instruction, model: 5 },
      ...badTools.map((tools) => ({ name, instruction, tools })),
    ];
    const id = await create({ tools: [toolOf('kept', URL)] });
    for (const body of bad) {
      const answer = await admin.call('POST', '/create_assistant', body);
      expect([body, answer.status, answer.body]).toEqual([body, 400, { error: 'Invalid request' }]);
    }
    for (const tools of badTools) {
      const answer = await admin.call('POST', '/update_assistant', { asst_id: id, name: 'Changed', tools });
      expect([tools, answer.status, answer.body]).toEqual([tools, 400, { error: 'Invalid request' }]);
    }
    expect(await read(id)).toMatchObject({ name, tools: [toolOf('kept', URL)] });
    for (const body of [{}, { name }, { asst_id: '' }, { asst_id: 5 }]) {
      const answer = await admin.call('POST', '/update_assistant', body);
      expect([body, answer.status, answer.body]).toEqual([body, 400, { error: 'Assistant ID is required' }]);
    }
    expect(await list()).toHaveLength(before + 1);
  });
});
