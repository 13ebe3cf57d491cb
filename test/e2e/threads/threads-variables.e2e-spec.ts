import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { ThreadsClient } from './threads.support.js';
import { ToolServer } from '../tools/tools.support.js';

describe('the tools of assistants', () => {
  const tools = new ToolServer();
  let server: ChatServer;
  let lead: ThreadsClient;
  let assistantId: string;

  beforeAll(async () => {
    await tools.start();
    server = await ChatServer.start({ OUTBOUND_ALLOW_HOSTS: tools.host });
    lead = new ThreadsClient(server);
    const toolOf = (name: string, path?: string) => ({
      type: 'function',
      function: {
        name,
        description: '',
        parameters: {
          type: 'object',
          properties: { name: { type: 'string' }, debt: { type: 'string' } },
          required: [],
        },
        ...(path !== undefined && { url: tools.urlOf(path) }),
      },
    });
    const admin = new ThreadsClient(server, { authorization: `Bearer ${ADMIN_KEY}` });
    const { body } = await admin.call('POST', '/create_assistant', {
      name: 'Collector',
      instruction: 'Collect names.',
      model: 'fake-large',
      tools: [toolOf('note_name', '/note_name'), toolOf('note_debt', '/note_debt'), toolOf('silent')],
    });
    assistantId = String(body['assistant_id']);
  });
  afterAll(async () => {
    await server.stop();
    await tools.stop();
  });

  const variablesOf = async (threadId: string): Promise<unknown> =>
    (await lead.call('GET', `/get_variables/${threadId}/`)).body;

  it('are posted the arguments, and these become the variables of the thread', async () => {
    tools.answer('/note_name', { message: 'Noted.' });
    tools.answer('/note_debt', { message: 'Noted, too.', variables: { plan: 'monthly' } });
    const thread_id = await lead.createThread();
    const { body } = await lead.chat(thread_id, 'I am Ada [[tool=note_name {"name":"Ada","debt":"10"}]]', assistantId);
    expect(body).toEqual({ run_id: expect.any(String) });
    expect(tools.requests).toMatchObject([{ path: '/note_name', json: { name: 'Ada', debt: '10' } }]);
    const first = { thread_id, variables: { name: 'Ada', debt: '10' } };
    expect(await variablesOf(thread_id)).toEqual({ success: true, variables: first });
    await lead.chat(thread_id, 'I owe 12 [[tool=note_debt {"debt":"12"}]]', assistantId);
    const second = { thread_id, variables: { name: 'Ada', debt: '12', plan: 'monthly' } };
    expect(await variablesOf(thread_id)).toEqual({ success: true, variables: second });
    expect((await lead.said(thread_id)).map(([role]) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  });

  it('without an address only leave their arguments', async () => {
    const thread_id = await lead.createThread();
    await lead.chat(thread_id, 'Quietly [[tool=silent {"name":"Bob"}]]', assistantId);
    expect(await variablesOf(thread_id)).toEqual({
      success: true,
      variables: { thread_id, variables: { name: 'Bob' } },
    });
  });
});
