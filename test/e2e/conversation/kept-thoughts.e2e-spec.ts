import { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import { RawService, type RawAnswer, type RawCall } from '../../support/raw-service.js';

const CIPHER = 'gAAAAABoCipherTextOfTheReasoning==';
const flags = { isTraceLogEnabled: true };

const reasoning = (cipher: string) => ({
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: 'The customer greets.' }],
  encrypted_content: cipher,
});
const remark = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  phase: 'commentary',
  content: [{ type: 'output_text', text: 'I look it up.', annotations: [] }],
};
const cite = (url: string, title: string) => ({ type: 'url_citation', url, title, start_index: 0, end_index: 1 });
const answer = (text: string, annotations: object[] = []) => ({
  type: 'message',
  id: 'msg_2',
  role: 'assistant',
  phase: 'final_answer',
  content: [{ type: 'output_text', text, annotations }],
});
const responded = (...output: object[]): RawAnswer => ({ body: { status: 'completed', output } });

describe('what a model thinks', () => {
  let service: RawService;
  let server: ChatServer;
  let respond: (call: RawCall) => RawAnswer;

  beforeAll(async () => {
    respond = () => responded(answer('OK'));
    service = await new RawService((call) => {
      if (call.path === '/models') return { body: { data: [{ id: 'm' }] } };
      return call.path === '/responses' ? respond(call) : { status: 404, body: {} };
    }).start();
    server = await ChatServer.start({ OPENAI_BASE_URL: service.baseUrl, OPENAI_MODEL: 'm' });
    const { body: services } = await server.asAdmin<{ items: { id: string }[] }>('GET', '/api/admin/openAiServices');
    const id = services.items[0]!.id;
    await server.asAdmin('PUT', `/api/admin/openAiServices/${id}`, { dialect: 'responses' });
  });
  afterAll(async () => {
    await server.stop();
    await service.stop();
  });

  const ask = (chatId: string, userMessage: string) =>
    server.asAdmin('POST', `/api/chats/${chatId}/completions`, { userMessage, ...flags });
  const newChat = async (): Promise<string> => {
    const { body } = await server.asAdmin('POST', '/api/chats/create/bybotcode', { botCode: 'welcome' });
    return String(body['chatId']);
  };
  const lastInput = (): Record<string, unknown>[] =>
    service.bodies('/responses').at(-1)!['input'] as Record<string, unknown>[];

  it('goes back to it with the next question, and is shown to administrators in words only', async () => {
    const chatId = await newChat();
    respond = () => responded(reasoning(CIPHER), remark, answer('Hi'));
    const first = await ask(chatId, 'Hello');
    expect(first).toMatchObject({ status: 200, body: { assistantMessage: 'Hi' } });
    const trace = String(first.body['traceLog']);
    expect(JSON.parse(trace)).toMatchObject({
      thoughts: 'The customer greets.',
      commentary: 'I look it up.',
      kept: { items: 2 },
    });

    respond = () => responded(answer('Fine'));
    const second = await ask(chatId, 'How are you?');
    expect(lastInput().map(({ type, phase }) => [type, phase])).toEqual([
      ['message', undefined],
      ['reasoning', undefined],
      ['message', 'commentary'],
      ['message', 'final_answer'],
      ['message', undefined],
    ]);
    expect(lastInput()[1]).toMatchObject({ encrypted_content: CIPHER });

    const shown = await Promise.all([
      server.asAdmin('GET', `/api/chats/${chatId}`),
      server.asAdmin('GET', `/api/chats/${chatId}/events`),
      server.call('GET', `/api/chats/${chatId}/downloads/transcript.json`),
    ]);
    expect(JSON.stringify([first.body, second.body, shown])).not.toContain(CIPHER);
    expect(JSON.stringify(shown)).not.toContain('The customer greets.');
  });

  it('is not sent to another model', async () => {
    const { body: bot } = await server.asAdmin('POST', '/api/admin/bots', {
      displayNameTv: { value: 'Other' },
      isActive: true,
      isPublic: true,
      modelName: 'm',
    });
    const botId = String(bot['botId']);
    const { body: chat } = await server.asAdmin('POST', '/api/chats', { botId });
    const chatId = String(chat['chatId']);
    respond = () => responded(reasoning(CIPHER), answer('Hi'));
    await ask(chatId, 'Hello');
    await server.asAdmin('PUT', `/api/admin/bots/${botId}`, { modelName: 'm2' });
    await ask(chatId, 'And now?');
    expect(JSON.stringify(lastInput())).not.toContain(CIPHER);
    expect(lastInput().map(({ type, phase }) => `${String(type)} ${String(phase)}`)).toEqual([
      'message undefined',
      'message undefined',
      'message undefined',
    ]);
  });

  it('is not kept when it is too long, and goes with the chat', async () => {
    const chatId = await newChat();
    const kept = async (): Promise<unknown[]> => {
      const rows = await server.app.app
        .get(DataSource)
        .query<{ kept: unknown }[]>('SELECT kept FROM turns WHERE chat_id = ? ORDER BY seq', [chatId]);
      return rows.map((row) => row.kept !== null);
    };
    respond = () => responded(reasoning('A'.repeat(40_000)), answer('Hi'));
    await ask(chatId, 'Hello');
    respond = () => responded(reasoning(CIPHER), answer('Hi'));
    await ask(chatId, 'Hello');
    expect(await kept()).toEqual([false, true]);
    await server.asAdmin('DELETE', `/api/chats/${chatId}`);
    expect(await kept()).toEqual([]);
  });

  it('about its sources becomes sources of the answer', async () => {
    const page = cite('https://example.com/news', 'News');
    const others = [cite('javascript:alert(1)', 'Bad'), { type: 'file_citation', file_id: 'f', filename: 'terms.pdf' }];
    respond = () => responded(answer('See there.', [page, page, ...others]));
    const { body } = await ask(await newChat(), 'What is new?');
    expect(body['metaData']).toEqual({
      tags: [],
      sources: [
        { id: 'https://example.com/news', fileName: 'News', url: 'https://example.com/news' },
        { id: 'terms.pdf', fileName: 'terms.pdf' },
      ],
    });
  });
});
