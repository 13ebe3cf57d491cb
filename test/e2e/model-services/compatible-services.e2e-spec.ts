import { ChatServer } from '../../support/chat-server.js';
import { expectedText, FakeProvider } from '../../support/fake-provider/fake-provider.mjs';
import {
  chatStream,
  chunk,
  RawService,
  refused,
  said,
  type RawAnswer,
  type RawCall,
} from '../../support/raw-service.js';

interface WireMessage {
  role: string;
  content: string | null;
  tool_calls?: { function: { arguments: string } }[];
}

const messagesOf = (call: RawCall): WireMessage[] => call.body['messages'] as WireMessage[];
const rolesOf = (call: RawCall): string =>
  messagesOf(call)
    .map(({ role }) => role[0])
    .join('');
const question = (call: RawCall): string => messagesOf(call).findLast(({ role }) => role === 'user')?.content ?? '';

/** Services that are what they say: what each of them refuses or sends must not end a conversation. */
describe('a compatible service', () => {
  let service: RawService;
  let server: ChatServer;
  let answer: (call: RawCall) => RawAnswer;

  beforeAll(async () => {
    answer = () => said('OK');
    service = await new RawService((call) => {
      if (call.path === '/models') return { body: { data: [{ id: 'm' }] } };
      return call.path === '/chat/completions' ? answer(call) : { status: 404, body: {} };
    }).start();
    server = await ChatServer.start({ OPENAI_BASE_URL: service.baseUrl, OPENAI_MODEL: 'm' });
    // The probe is over when the first answer is in.
    await server.complete(await server.createChat(), 'Hello');
  });

  afterAll(async () => {
    await server.stop();
    await service.stop();
  });

  it('that wants the roles in turn answers also after an answer that failed', async () => {
    answer = (call) => {
      if (question(call) === 'fail') return refused('No.');
      return /^s?(ua)*u$/.test(rolesOf(call))
        ? said('Hi')
        : refused('Conversation roles must alternate user/assistant');
    };
    const chatId = await server.createChat();
    expect(await server.complete(chatId, 'fail')).toMatchObject({ status: 502 });
    for (const text of ['one', 'two']) {
      expect(await server.complete(chatId, text)).toMatchObject({ status: 200, body: { assistantMessage: 'Hi' } });
    }
  });

  it('that filters a question is not sent it again', async () => {
    const filter = { message: 'Filtered due to the content management policy.', code: 'content_filter' };
    answer = ({ body }) =>
      JSON.stringify(body).includes('bad word') ? { status: 400, body: { error: filter } } : said('Hi');
    const chatId = await server.createChat();
    expect(await server.complete(chatId, 'a bad word')).toMatchObject({
      status: 422,
      body: { code: 'PROVIDER_CONTENT_FILTERED' },
    });
    expect(await server.complete(chatId, 'sorry')).toMatchObject({ status: 200, body: { assistantMessage: 'Hi' } });
  });

  it.each(['length', 'content_filter'])('that ends an answer by %s has not completed it', async (reason) => {
    answer = () => ({ body: chatStream(chunk({ content: 'Half an' }), chunk({}, reason)) });
    const chatId = await server.createChat();
    const stream = await server.stream(chatId, 'Hello');
    await stream.untilEnd();
    expect(stream.numbered().slice(-2)).toMatchObject([
      { type: 'message.completed', data: { status: 'interrupted', text: 'Half an' } },
      { type: 'turn.ended', data: { status: 'interrupted', error: { code: 'PROVIDER_ANSWER_CUT' } } },
    ]);
    expect(await server.complete(chatId, 'Hello')).toMatchObject({
      status: 200,
      body: { assistantMessage: 'Half an', metaData: { tags: ['interrupted'] } },
    });
  });

  it('that filters the whole answer has refused the question', async () => {
    answer = () => ({ body: chatStream(chunk({ content: '' }), chunk({}, 'content_filter')) });
    expect(await server.complete(await server.createChat(), 'Hello')).toMatchObject({
      status: 422,
      body: { code: 'PROVIDER_CONTENT_FILTERED' },
    });
  });

  it('that fails after half of an answer has not completed it', async () => {
    answer = () => ({
      body: chatStream(chunk({ content: 'Half an' }), { object: 'error', message: 'gone', code: 503 }),
    });
    expect(await server.complete(await server.createChat(), 'Hello')).toMatchObject({ status: 502 });
  });

  it('is sent back what it said, thought and called, and no arguments that are none', async () => {
    const first = chatStream(
      chunk({ reasoning_content: 'Hm.' }),
      chunk({ content: 'Let me look that up.' }),
      chunk({
        tool_calls: [
          { index: 0, id: 'c1', function: { name: 'find', arguments: '{"city":"Ro' }, extra_content: { sig: 'x' } },
        ],
      }),
      chunk({}, 'tool_calls'),
    );
    answer = (call) => (rolesOf(call).endsWith('t') ? said('It was sent.') : { body: first });
    expect(await server.complete(await server.createChat(), 'Where is it?')).toMatchObject({
      status: 200,
      body: { assistantMessage: 'Let me look that up.\n\nIt was sent.' },
    });
    expect(messagesOf(service.calls.at(-1)!).slice(-2)).toMatchObject([
      {
        role: 'assistant',
        content: 'Let me look that up.',
        reasoning_content: 'Hm.',
        tool_calls: [{ id: 'c1', extra_content: { sig: 'x' }, function: { name: 'find', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1' },
    ]);
  });

  it('that thinks aloud between tags is quoted without it', async () => {
    answer = () => ({
      body: chatStream(
        chunk({ content: '<think>Who is' }),
        chunk({ content: ' it?</think>\n\nHi' }),
        chunk({}, 'stop'),
      ),
    });
    const chatId = await server.createChat();
    expect(await server.complete(chatId, 'one')).toMatchObject({ body: { assistantMessage: 'Hi' } });
    await server.complete(chatId, 'two');
    expect(JSON.stringify(service.calls.at(-1)?.body)).not.toContain('Who is');
  });
});

/** What a test has started; stopped whatever becomes of it, last one first. */
const started: { stop(): Promise<unknown> }[] = [];
const running = <Running extends { stop(): Promise<unknown> }>(server: Running): Running => {
  started.unshift(server);
  return server;
};

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

describe('a server of the llama.cpp family', () => {
  // It takes what the assistant has said as a list of parts only, and has no second dialect here.
  const isRefused = ({ body }: RawCall): boolean =>
    (body['input'] as { role?: string; content?: unknown }[]).some(
      ({ role, content }) => role === 'assistant' && !Array.isArray(content),
    );

  it('answers the second message, too', async () => {
    const service = running(
      new RawService((call) => {
        if (call.path === '/models') return { body: { object: 'list', data: [{ id: 'm' }] } };
        if (call.path !== '/responses') return { status: 404, body: {} };
        if (isRefused(call))
          return { status: 500, body: { error: { code: 500, message: 'item[content] is not an array' } } };
        const output = [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] }];
        return { body: { status: 'completed', output, usage: { input_tokens: 3, output_tokens: 1 } } };
      }),
    );
    await service.start();
    const server = running(await ChatServer.start({ OPENAI_BASE_URL: service.baseUrl, OPENAI_MODEL: 'm' }));
    const chatId = await server.createChat();
    for (const text of ['one', 'two', 'three']) {
      expect(await server.complete(chatId, text)).toMatchObject({ status: 200, body: { assistantMessage: 'Hi' } });
    }
  });
});

// https://github.com/ggml-org/llama.cpp/pull/17570
describe('a service that speaks Anthropic Messages alone', () => {
  it('holds a conversation with a tool, streamed, and counts what it costs', async () => {
    const provider = running(new FakeProvider({ dialects: ['anthropic_messages'] }));
    await provider.start();
    provider.script('tool please', { rounds: [[{ name: 'none', arguments: '{}' }]], sayBeforeTools: ['One moment.'] });
    const server = running(await ChatServer.start({ OPENAI_BASE_URL: provider.baseUrl }));
    const chatId = await server.createChat();
    for (const text of ['one', 'two', 'tool please', 'three', 'four']) {
      const stream = await server.stream(chatId, text);
      await stream.untilEnd();
      const { data } = stream.numbered().at(-1)!;
      expect(data).toMatchObject({ status: 'completed' });
      expect(stream.text()).toContain(expectedText(text));
    }
    expect(await server.complete(chatId, 'five')).toMatchObject({
      status: 200,
      body: { assistantMessage: expectedText('five'), promptTokens: expect.any(Number) as number },
    });
    expect(provider.journal.last?.path).toBe('/messages');
  });
});

describe('a service that lists no models', () => {
  it('is probed with the model that a bot names', async () => {
    const service = running(
      new RawService(({ path, body }) => {
        if (path !== '/chat/completions') return { status: 404, body: {} };
        return 'store' in body ? refused("Unknown parameter: 'store'") : said('OK');
      }),
    );
    await service.start();
    const server = running(await ChatServer.start());
    const endpoint = { azureOpenAiEndpoint: service.baseUrl, azureOpenAiApiKey: 'sk-x' };
    const created = await server.asAdmin<string>('POST', '/api/admin/openAiServices', {
      displayName: 'S',
      isActive: true,
      ...endpoint,
    });
    const serviceId = created.body;
    const bot = await server.asAdmin('POST', '/api/admin/bots', {
      code: 'named',
      displayNameTv: { value: 'Named', valueDe: 'Named' },
      openAiServiceId: serviceId,
      modelName: 'mine',
      isActive: true,
    });
    expect([created.status, bot.status]).toEqual([200, 200]);
    const modelsAsked = (): unknown[] => service.bodies('/chat/completions').map(({ model }) => model);
    const probed = await server.asAdmin('POST', `/api/admin/openAiServices/${serviceId}/probe`);
    expect(probed).toMatchObject({ status: 200, body: { dialect: 'chat_completions', problem: null } });
    expect(new Set(modelsAsked())).toEqual(new Set(['mine']));
  });
});

describe('a history that is longer than the budget', () => {
  it('begins with a question, not with the answer to one that was left out', async () => {
    const provider = running(new FakeProvider({ dialects: ['chat_completions'] }));
    await provider.start();
    const answer = 'a word '.repeat(300);
    provider.script('default', { text: answer });
    const overrides = { OPENAI_BASE_URL: provider.baseUrl, CONTEXT_TOKEN_BUDGET: '1500' };
    const server = running(await ChatServer.start(overrides));
    const chatId = await server.createChat();
    for (const text of ['first '.repeat(500), 'second', 'third']) await server.complete(chatId, text);
    const messages = provider.journal.last?.body['messages'] as { role: string }[];
    // The answer to the first question would have fitted.
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
  });
});
