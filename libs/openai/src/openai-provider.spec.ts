import { expectedText, FakeProvider, type Scenario } from '../../../test/support/fake-provider/fake-provider.mjs';
import {
  DIALECTS,
  KEY,
  never,
  notStreaming,
  ProviderSetup,
  textOf,
} from '../../../test/support/fake-provider/provider-setup.js';
import { OpenAiProvider } from './openai-provider.js';
import { defaultCapabilities } from './probe/probe-requests.js';
import type { ProviderEvent } from './provider.types.js';

const setup = new ProviderSetup();
const { fake } = setup;
beforeAll(() => setup.start());
afterEach(() => setup.reset());
afterAll(() => setup.stop());

const withoutText = (events: ProviderEvent[]): ProviderEvent[] => events.filter((event) => event.type !== 'text');

describe.each(DIALECTS)('OpenAiProvider over %s', (dialect) => {
  it('streams the text, then the usage, then the end', async () => {
    fake.script('default', { tokens: 40, cached: 3, reasoning: 5 });
    // Anthropic counts thoughts as output and does not tell them apart.
    const reasoningTokens = dialect === 'anthropic_messages' ? 0 : 5;
    const events = await setup.collect(setup.request(dialect, 'Hello'));
    expect(textOf(events)).toBe(expectedText('Hello', { tokens: 40 }));
    expect(withoutText(events)).toEqual([
      {
        type: 'usage',
        usage: { inputTokens: 4, cachedTokens: 3, cacheWriteTokens: 0, outputTokens: 45, reasoningTokens },
      },
      { type: 'done', reason: 'stop' },
    ]);
  });

  it('delivers text while the answer is still being made', async () => {
    const iterator = setup.provider.stream(setup.request(dialect, 'Hello [[stall=2]]'), never)[Symbol.asyncIterator]();
    await expect(iterator.next()).resolves.toMatchObject({ done: false, value: { type: 'text' } });
    await iterator.return?.();
  });

  it.each<[string, Scenario]>([
    ['cut into single bytes', { slice: 1 }],
    ['cut into seven bytes', { slice: 7, delay: 1, tokens: 30 }],
    ['with CRLF', { crlf: true, slice: 3 }],
    ['between comments', { comments: true }],
    ['without the final marker', { noDone: true }],
    ['with half a character at the end of a piece', { text: '👩‍💻🙂 "quoted" \\ \n 🇩🇪', tokens: 20 }],
  ])('reads the same text from a stream %s', async (_name, scenario) => {
    fake.script('default', scenario);
    const events = await setup.collect(setup.request(dialect, 'Grüße'));
    expect(textOf(events)).toBe(expectedText('Grüße', scenario));
    expect(events.at(-1)).toEqual({ type: 'done', reason: 'stop' });
  });

  it('asks without a stream when the service has none, and yields one text', async () => {
    const asked = setup.request(dialect, 'Hello');
    asked.connection.capabilities = notStreaming;
    const events = await setup.collect(asked);
    expect(events.map((event) => event.type)).toEqual(['text', 'usage', 'done']);
    expect(textOf(events)).toBe(expectedText('Hello'));
    expect(fake.journal.last?.body.stream).toBe(false);
  });

  it('reads a whole answer from a service that ignores the wish for a stream', async () => {
    const plain = new FakeProvider({ features: { streaming: false } });
    await plain.start();
    const asked = setup.request(dialect, 'Hello');
    asked.connection.baseUrl = plain.baseUrl;
    expect(textOf(await setup.collect(asked))).toBe(expectedText('Hello'));
    await plain.stop();
  });

  it.each([true, false])('passes a refusal on as text (streamed: %s)', async (streaming) => {
    const asked = setup.request(dialect, 'Hello [[refusal]]');
    asked.connection.capabilities = { ...defaultCapabilities(), streaming };
    expect(textOf(await setup.collect(asked))).toBe(expectedText('Hello [[refusal]]'));
  });

  it.each(['length', 'content_filter'] as const)('says that an answer ended by %s', async (finish) => {
    expect((await setup.collect(setup.request(dialect, `Hello [[finish=${finish}]]`))).at(-1)).toEqual({
      type: 'done',
      reason: finish,
    });
  });

  it.each([true, false])('yields a complete tool call, and takes its result (streamed: %s)', async (streaming) => {
    const message = 'What is the weather? [[tool=weather {"city":"Köln"}]]';
    const tool = { name: 'weather', description: 'The weather.', parameters: { type: 'object', properties: {} } };
    const asked = setup.request(dialect, message, { tools: [tool] });
    asked.connection.capabilities = { ...defaultCapabilities(), streaming };
    const events = await setup.collect(asked);
    expect(events.map((event) => event.type)).toEqual(['tool_call', 'usage', 'done']);
    const [call] = events;
    if (call?.type !== 'tool_call') throw new Error('No call.');
    expect(call).toMatchObject({ name: 'weather', arguments: '{"city":"Köln"}' });
    expect(events.at(-1)).toEqual({ type: 'done', reason: 'tool_calls' });

    const { callId, name } = call;
    asked.items.push({ type: 'tool_call', callId, name, arguments: call.arguments });
    asked.items.push({ type: 'tool_result', callId, output: '{"message":"sunny"}' });
    const answer = await setup.collect(asked);
    expect(textOf(answer)).toBe(expectedText(message));
    expect(answer.at(-1)).toEqual({ type: 'done', reason: 'stop' });
  });

  it('does not offer tools to a service that has none', async () => {
    const asked = setup.request(dialect, 'Hello', { tools: [{ name: 'x', description: '', parameters: {} }] });
    asked.connection.capabilities = { ...defaultCapabilities(), tools: false };
    await setup.collect(asked);
    expect(fake.journal.last?.body.tools).toBeUndefined();
  });

  it('closes the connection and ends silently when it is aborted', async () => {
    const abort = new AbortController();
    const received: string[] = [];
    for await (const event of setup.provider.stream(
      setup.request(dialect, 'Hello [[tokens=500 delay=4]]'),
      abort.signal,
    )) {
      if (event.type === 'text') received.push(event.text);
      if (received.length === 3) abort.abort();
    }
    expect(received).toHaveLength(3);
    await fake.journal.until((journal) => journal.aborts.length === 1);
    expect(fake.journal.aborts[0]?.piecesSent).toBeLessThan(500);
  });

  it('closes the connection when the loop is left, and when it is aborted before the answer begins', async () => {
    for await (const event of setup.provider.stream(setup.request(dialect, 'Hello [[tokens=500 delay=4]]'), never)) {
      if (event.type === 'text') break;
    }
    await fake.journal.until((journal) => journal.aborts.length === 1);
    const abort = new AbortController();
    const silent = setup.collect(setup.request(dialect, 'Hello [[hang]]'), abort.signal);
    await fake.journal.until((journal) => journal.count === 2);
    abort.abort();
    await expect(silent).resolves.toEqual([]);
    await fake.journal.until((journal) => journal.aborts.length === 2);
  });

  it('does not call at all when it is aborted already', async () => {
    await expect(setup.collect(setup.request(dialect, 'Hello'), AbortSignal.abort())).resolves.toEqual([]);
    expect(fake.journal.count).toBe(0);
  });

  /** The next call may begin before the last byte of the answer has been read: two connections, but never more. */
  it('uses the same connections for one call after the other', async () => {
    await setup.collect(setup.request(dialect, 'Hello'));
    const [first] = fake.connections;
    for (let call = 0; call < 20; call++) await setup.collect(setup.request(dialect, `Hello ${call}`));
    expect(fake.connections).toContain(first);
    expect(fake.connections.length).toBeLessThanOrEqual(2);
  });

  it('keeps a hundred answers apart', async () => {
    setup.provider = new OpenAiProvider({
      headersTimeoutMs: 20_000,
      bodyIdleTimeoutMs: 20_000,
      wholeAnswerTimeoutMs: 20_000,
    });
    const messages = Array.from({ length: 100 }, (_, index) => `Message ${index} [[delay=2]]`);
    const answers = await Promise.all(messages.map((message) => setup.collect(setup.request(dialect, message))));
    expect(answers.map(textOf)).toEqual(messages.map((message) => expectedText(message)));
  });
});

describe('OpenAiProvider', () => {
  it('sends typed items to /responses and stores nothing there', async () => {
    await setup.collect(
      setup.request('responses', 'Hello', {
        temperature: 0.2,
        maxOutputTokens: 50,
        tools: [{ name: 't', description: 'd', parameters: {} }],
      }),
    );
    expect(fake.journal.last).toMatchObject({ path: '/responses', headers: { authorization: `Bearer ${KEY}` } });
    expect(fake.journal.last?.body).toEqual({
      model: 'fake-large',
      instructions: 'Be brief.',
      input: [{ type: 'message', role: 'user', content: 'Hello' }],
      tools: [
        {
          type: 'function',
          name: 't',
          description: 'd',
          parameters: { type: 'object', properties: {} },
          strict: false,
        },
      ],
      temperature: 0.2,
      max_output_tokens: 50,
      store: false,
      include: ['reasoning.encrypted_content'],
      stream: true,
    });
  });

  it('sends messages to /chat/completions, with the calls of one round in one message', async () => {
    const asked = setup.request('chat_completions', '', { maxOutputTokens: 50 });
    asked.items = [
      { type: 'message', role: 'developer', text: 'An agent was here.' },
      { type: 'message', role: 'user', text: 'Hello' },
      { type: 'message', role: 'assistant', text: 'One moment.' },
      { type: 'tool_call', callId: 'a', name: 'x', arguments: '{}' },
      { type: 'tool_call', callId: 'b', name: 'y', arguments: '{}' },
      { type: 'tool_result', callId: 'a', output: '1' },
      { type: 'tool_result', callId: 'b', output: '2' },
      { type: 'tool_call', callId: 'c', name: 'z', arguments: '{}' },
      { type: 'tool_result', callId: 'c', output: '3' },
    ];
    await setup.collect(asked);
    const call = (id: string, name: string) => ({ id, type: 'function', function: { name, arguments: '{}' } });
    expect(fake.journal.last?.body).toEqual({
      model: 'fake-large',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'system', content: 'An agent was here.' },
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'One moment.', tool_calls: [call('a', 'x'), call('b', 'y')] },
        { role: 'tool', tool_call_id: 'a', content: '1' },
        { role: 'tool', tool_call_id: 'b', content: '2' },
        { role: 'assistant', content: null, tool_calls: [call('c', 'z')] },
        { role: 'tool', tool_call_id: 'c', content: '3' },
      ],
      max_tokens: 50,
      store: false,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('asks for usage only where it is honoured', async () => {
    const asked = setup.request('chat_completions', 'Hello');
    asked.connection.capabilities = { ...defaultCapabilities(), streamingUsage: false };
    expect((await setup.collect(asked)).map((event) => event.type)).not.toContain('usage');
    expect(fake.journal.last?.body.stream_options).toBeUndefined();
  });

  it('shows its key to Azure in the header that Azure reads', async () => {
    const asked = setup.request('responses', 'Hello');
    asked.connection.isAzure = true;
    await setup.collect(asked);
    expect(fake.journal.last?.headers).toMatchObject({ 'api-key': KEY });
    expect(fake.journal.last?.headers.authorization).toBeUndefined();
  });
});
