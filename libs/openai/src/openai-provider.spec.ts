import { type AddressInfo, createServer, type Server } from 'node:net';
import { expectedText, FakeProvider, type Scenario } from '../../../test/support/fake-provider/fake-provider.mjs';
import { defaultCapabilities } from './probe/probe-requests.js';
import { OpenAiProvider } from './openai-provider.js';
import { ProviderError } from './errors/provider-error.js';
import type { ProviderDialect, ProviderEvent, ProviderRequest } from './provider.types.js';

const KEY = 'sk-test-0123456789abcdef';
const DIALECTS: ProviderDialect[] = ['responses', 'chat_completions', 'anthropic_messages'];
const never = new AbortController().signal;

let fake: FakeProvider;
let provider: OpenAiProvider;

beforeAll(async () => {
  fake = new FakeProvider({ apiKey: KEY });
  await fake.start();
});

beforeEach(() => {
  provider = new OpenAiProvider({ headersTimeoutMs: 300, bodyIdleTimeoutMs: 300, wholeAnswerTimeoutMs: 300 });
});

afterEach(async () => {
  await provider.onApplicationShutdown();
  fake.reset();
});

afterAll(() => fake.stop());

function request(dialect: ProviderDialect, message: string, more: Partial<ProviderRequest> = {}): ProviderRequest {
  return {
    connection: { baseUrl: fake.baseUrl, apiKey: KEY, isAzure: false, dialect, capabilities: defaultCapabilities() },
    model: 'fake-large',
    instructions: 'Be brief.',
    items: [{ type: 'message', role: 'user', text: message }],
    tools: [],
    temperature: null,
    maxOutputTokens: null,
    ...more,
  };
}

async function collect(asked: ProviderRequest, signal = never): Promise<ProviderEvent[]> {
  const events: ProviderEvent[] = [];
  for await (const event of provider.stream(asked, signal)) events.push(event);
  return events;
}

async function failure(asked: ProviderRequest): Promise<{ text: string; error: ProviderError }> {
  let text = '';
  try {
    for await (const event of provider.stream(asked, never)) if (event.type === 'text') text += event.text;
  } catch (error) {
    if (error instanceof ProviderError) return { text, error };
    throw error;
  }
  throw new Error('The stream did not fail.');
}

const textOf = (events: ProviderEvent[]): string =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');
const withoutText = (events: ProviderEvent[]): ProviderEvent[] => events.filter((event) => event.type !== 'text');
const notStreaming = { ...defaultCapabilities(), streaming: false, streamingUsage: false };

describe.each(DIALECTS)('OpenAiProvider over %s', (dialect) => {
  it('streams the text, then the usage, then the end', async () => {
    fake.script('default', { tokens: 40, cached: 3, reasoning: 5 });
    // Anthropic counts thoughts as output and does not tell them apart.
    const reasoningTokens = dialect === 'anthropic_messages' ? 0 : 5;
    const events = await collect(request(dialect, 'Hello'));
    expect(textOf(events)).toBe(expectedText('Hello', { tokens: 40 }));
    expect(withoutText(events)).toEqual([
      { type: 'usage', usage: { inputTokens: 4, cachedTokens: 3, outputTokens: 45, reasoningTokens } },
      { type: 'done', reason: 'stop' },
    ]);
  });

  it('delivers text while the answer is still being made', async () => {
    const iterator = provider.stream(request(dialect, 'Hello [[stall=2]]'), never)[Symbol.asyncIterator]();
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
    const events = await collect(request(dialect, 'Grüße'));
    expect(textOf(events)).toBe(expectedText('Grüße', scenario));
    expect(events.at(-1)).toEqual({ type: 'done', reason: 'stop' });
  });

  it('asks without a stream when the service has none, and yields one text', async () => {
    const asked = request(dialect, 'Hello');
    asked.connection.capabilities = notStreaming;
    const events = await collect(asked);
    expect(events.map((event) => event.type)).toEqual(['text', 'usage', 'done']);
    expect(textOf(events)).toBe(expectedText('Hello'));
    expect(fake.journal.last?.body.stream).toBe(false);
  });

  it('reads a whole answer from a service that ignores the wish for a stream', async () => {
    const plain = new FakeProvider({ features: { streaming: false } });
    await plain.start();
    const asked = request(dialect, 'Hello');
    asked.connection.baseUrl = plain.baseUrl;
    expect(textOf(await collect(asked))).toBe(expectedText('Hello'));
    await plain.stop();
  });

  it.each([true, false])('passes a refusal on as text (streamed: %s)', async (streaming) => {
    const asked = request(dialect, 'Hello [[refusal]]');
    asked.connection.capabilities = { ...defaultCapabilities(), streaming };
    expect(textOf(await collect(asked))).toBe(expectedText('Hello [[refusal]]'));
  });

  it.each(['length', 'content_filter'] as const)('says that an answer ended by %s', async (finish) => {
    expect((await collect(request(dialect, `Hello [[finish=${finish}]]`))).at(-1)).toEqual({
      type: 'done',
      reason: finish,
    });
  });

  it.each([true, false])('yields a complete tool call, and takes its result (streamed: %s)', async (streaming) => {
    const message = 'What is the weather? [[tool=weather {"city":"Köln"}]]';
    const tool = { name: 'weather', description: 'The weather.', parameters: { type: 'object', properties: {} } };
    const asked = request(dialect, message, { tools: [tool] });
    asked.connection.capabilities = { ...defaultCapabilities(), streaming };
    const events = await collect(asked);
    expect(events.map((event) => event.type)).toEqual(['tool_call', 'usage', 'done']);
    const [call] = events;
    if (call?.type !== 'tool_call') throw new Error('No call.');
    expect(call).toMatchObject({ name: 'weather', arguments: '{"city":"Köln"}' });
    expect(events.at(-1)).toEqual({ type: 'done', reason: 'tool_calls' });

    const { callId, name } = call;
    asked.items.push({ type: 'tool_call', callId, name, arguments: call.arguments });
    asked.items.push({ type: 'tool_result', callId, output: '{"message":"sunny"}' });
    const answer = await collect(asked);
    expect(textOf(answer)).toBe(expectedText(message));
    expect(answer.at(-1)).toEqual({ type: 'done', reason: 'stop' });
  });

  it('does not offer tools to a service that has none', async () => {
    const asked = request(dialect, 'Hello', { tools: [{ name: 'x', description: '', parameters: {} }] });
    asked.connection.capabilities = { ...defaultCapabilities(), tools: false };
    await collect(asked);
    expect(fake.journal.last?.body.tools).toBeUndefined();
  });

  it.each<[string, string, Partial<ProviderError>]>([
    ['[[status=401]]', 'PROVIDER_AUTH_FAILED', { retryable: false, providerStatus: 401 }],
    ['[[status=403]]', 'PROVIDER_AUTH_FAILED', { retryable: false, providerStatus: 403 }],
    ['[[status=402]]', 'PROVIDER_QUOTA_EXCEEDED', { retryable: false }],
    ['[[modelNotFound]]', 'PROVIDER_MODEL_NOT_FOUND', { retryable: false, providerStatus: 404 }],
    ['[[status=404]]', 'PROVIDER_REQUEST_REJECTED', { retryable: false, providerStatus: 404 }],
    ['[[status=400]]', 'PROVIDER_REQUEST_REJECTED', { retryable: false, providerStatus: 400 }],
    ['[[status=422]]', 'PROVIDER_REQUEST_REJECTED', { retryable: false, providerStatus: 422 }],
    ['[[status=302]]', 'PROVIDER_REQUEST_REJECTED', { retryable: false, providerStatus: 302 }],
    ['[[status=408]]', 'PROVIDER_TIMEOUT', { retryable: true }],
    ['[[status=429 retryAfter=7]]', 'PROVIDER_RATE_LIMITED', { retryable: true, retryAfterSeconds: 7 }],
    ['[[status=429 retryAfter=9999]]', 'PROVIDER_RATE_LIMITED', { retryable: true, retryAfterSeconds: 60 }],
    ['[[quota]]', 'PROVIDER_QUOTA_EXCEEDED', { retryable: false, providerStatus: 429 }],
    ['[[status=500]]', 'PROVIDER_ERROR', { retryable: true, providerStatus: 500 }],
    ['[[status=503 retryAfter=1]]', 'PROVIDER_ERROR', { retryable: true, retryAfterSeconds: 1 }],
    ['[[reset]]', 'PROVIDER_UNREACHABLE', { retryable: true, providerStatus: null }],
    ['[[hang]]', 'PROVIDER_TIMEOUT', { retryable: true }],
    ['[[html]]', 'PROVIDER_MALFORMED', { retryable: false }],
    ['[[big=5000000]]', 'PROVIDER_MALFORMED', { retryable: false }],
  ])('maps %s to %s, streamed or not', async (directive, code, properties) => {
    for (const capabilities of [defaultCapabilities(), notStreaming]) {
      const asked = request(dialect, `Hello ${directive}`);
      asked.connection.capabilities = capabilities;
      const { error } = await failure(asked);
      expect(error).toMatchObject({ code, ...properties });
    }
  });

  it.each<[string, string, boolean]>([
    ['[[reset=3]]', 'PROVIDER_INCOMPLETE', true],
    ['[[half=3]]', 'PROVIDER_INCOMPLETE', true],
    ['[[stall=3]]', 'PROVIDER_TIMEOUT', true],
    ['[[malformed=3]]', 'PROVIDER_MALFORMED', false],
    ['[[error=server_error]]', 'PROVIDER_ERROR', true],
    ['[[error=rate_limit_exceeded]]', 'PROVIDER_RATE_LIMITED', true],
    ['[[error=insufficient_quota]]', 'PROVIDER_QUOTA_EXCEEDED', false],
    ['[[error=context_length_exceeded]]', 'PROVIDER_CONTEXT_EXCEEDED', false],
    ['[[error=content_filter]]', 'PROVIDER_CONTENT_FILTERED', false],
    ['[[error=something_new]]', 'PROVIDER_ERROR', true],
  ])('delivers what came before %s and then throws %s', async (directive, code, retryable) => {
    const message = `Hello ${directive} [[delay=2]]`;
    const { text, error } = await failure(request(dialect, message));
    expect(text).not.toBe('');
    expect(expectedText(message).startsWith(text)).toBe(true);
    expect(error).toMatchObject({ code, retryable });
  });

  it.each<[string, string]>([
    ['[[half]]', 'PROVIDER_INCOMPLETE'],
    ['[[malformed]]', 'PROVIDER_MALFORMED'],
    ['[[stall]]', 'PROVIDER_TIMEOUT'],
  ])('maps %s of a whole answer to %s', async (directive, code) => {
    const asked = request(dialect, `Hello ${directive}`);
    asked.connection.capabilities = notStreaming;
    expect((await failure(asked)).error.code).toBe(code);
  });

  it('makes one attempt per call, and the next one can succeed', async () => {
    const asked = request(dialect, 'Hello [[fail=2 status=500]]');
    expect((await failure(asked)).error.code).toBe('PROVIDER_ERROR');
    expect((await failure(asked)).error.code).toBe('PROVIDER_ERROR');
    expect(textOf(await collect(asked))).toBe(expectedText('Hello [[fail=2 status=500]]'));
    expect(fake.journal.count).toBe(3);
  });

  it('closes the connection and ends silently when it is aborted', async () => {
    const abort = new AbortController();
    const received: string[] = [];
    for await (const event of provider.stream(request(dialect, 'Hello [[tokens=500 delay=4]]'), abort.signal)) {
      if (event.type === 'text') received.push(event.text);
      if (received.length === 3) abort.abort();
    }
    expect(received).toHaveLength(3);
    await fake.journal.until((journal) => journal.aborts.length === 1);
    expect(fake.journal.aborts[0]?.piecesSent).toBeLessThan(500);
  });

  it('closes the connection when the loop is left, and when it is aborted before the answer begins', async () => {
    for await (const event of provider.stream(request(dialect, 'Hello [[tokens=500 delay=4]]'), never)) {
      if (event.type === 'text') break;
    }
    await fake.journal.until((journal) => journal.aborts.length === 1);
    const abort = new AbortController();
    const silent = collect(request(dialect, 'Hello [[hang]]'), abort.signal);
    await fake.journal.until((journal) => journal.count === 2);
    abort.abort();
    await expect(silent).resolves.toEqual([]);
    await fake.journal.until((journal) => journal.aborts.length === 2);
  });

  it('does not call at all when it is aborted already', async () => {
    await expect(collect(request(dialect, 'Hello'), AbortSignal.abort())).resolves.toEqual([]);
    expect(fake.journal.count).toBe(0);
  });

  /** The next call may begin before the last byte of the answer has been read: two connections, but never more. */
  it('uses the same connections for one call after the other', async () => {
    await collect(request(dialect, 'Hello'));
    const [first] = fake.connections;
    for (let call = 0; call < 20; call++) await collect(request(dialect, `Hello ${call}`));
    expect(fake.connections).toContain(first);
    expect(fake.connections.length).toBeLessThanOrEqual(2);
  });

  it('keeps a hundred answers apart', async () => {
    provider = new OpenAiProvider({
      headersTimeoutMs: 20_000,
      bodyIdleTimeoutMs: 20_000,
      wholeAnswerTimeoutMs: 20_000,
    });
    const messages = Array.from({ length: 100 }, (_, index) => `Message ${index} [[delay=2]]`);
    const answers = await Promise.all(messages.map((message) => collect(request(dialect, message))));
    expect(answers.map(textOf)).toEqual(messages.map((message) => expectedText(message)));
  });
});

describe('OpenAiProvider', () => {
  it('sends typed items to /responses and stores nothing there', async () => {
    await collect(
      request('responses', 'Hello', {
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
      stream: true,
    });
  });

  it('sends messages to /chat/completions, with the calls of one round in one message', async () => {
    const asked = request('chat_completions', '', { maxOutputTokens: 50 });
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
    await collect(asked);
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
    const asked = request('chat_completions', 'Hello');
    asked.connection.capabilities = { ...defaultCapabilities(), streamingUsage: false };
    expect((await collect(asked)).map((event) => event.type)).not.toContain('usage');
    expect(fake.journal.last?.body.stream_options).toBeUndefined();
  });

  it('shows its key to Azure in the header that Azure reads', async () => {
    const asked = request('responses', 'Hello');
    asked.connection.isAzure = true;
    await collect(asked);
    expect(fake.journal.last?.headers).toMatchObject({ 'api-key': KEY });
    expect(fake.journal.last?.headers.authorization).toBeUndefined();
  });

  it('never repeats a key, whatever the service says', async () => {
    const message = `Key ${KEY} and sk-proj-abcdefghijkl and https://u:p4ss@host/ and abc***xyz`;
    fake.script('default', { status: 401, message });
    const { error } = await failure(request('responses', 'Hello'));
    expect(error.message).toBe(
      'The model service answered 401: Key [redacted] and [redacted] and https://[redacted]@host/ and [redacted]',
    );
    const wrong = request('responses', 'Hello');
    wrong.connection.apiKey = 'a wrong\nkey';
    expect((await failure(wrong)).error).toMatchObject({ code: 'PROVIDER_AUTH_FAILED', retryable: false });
  });

  it.each([
    ['a refused connection', (server: Server) => server.close()],
    [
      'a service that does not speak HTTP',
      (server: Server) => server.on('connection', (socket) => socket.once('data', () => socket.end('SSH-2.0-x\r\n'))),
    ],
    ['a service that hangs up', (server: Server) => server.on('connection', (socket) => socket.destroy())],
  ])('has an error for %s', async (name, prepare) => {
    const server = createServer();
    const { port } = await new Promise<AddressInfo>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(server.address() as AddressInfo));
    });
    prepare(server);
    const asked = request('responses', 'Hello');
    asked.connection.baseUrl = `http://127.0.0.1:${port}/v1`;
    const { error } = await failure(asked);
    expect(error.code).toBe(name.includes('HTTP') ? 'PROVIDER_MALFORMED' : 'PROVIDER_UNREACHABLE');
    server.close();
  });

  it('has an error for a name that does not exist', async () => {
    const asked = request('responses', 'Hello');
    asked.connection.baseUrl = 'http://no-such-host.invalid/v1';
    expect((await failure(asked)).error).toMatchObject({ code: 'PROVIDER_UNREACHABLE', retryable: true });
  });
});
