import { RawService, type RawAnswer } from '../../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../../openai-provider.js';
import { defaultCapabilities } from '../../probe/probe-requests.js';
import type { ProviderEvent, ProviderItem, ProviderRequest } from '../../provider.types.js';
import { dialectsFor } from '../dialects.js';
import { anthropicMessagesAdapter } from './anthropic-messages-adapter.js';

const message = (role: 'user' | 'assistant' | 'developer', text: string): ProviderItem => ({
  type: 'message',
  role,
  text,
});
const sse = (...events: ({ type: string } & Record<string, unknown>)[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
const delta = (index: number, type: string, more: object) => ({
  type: 'content_block_delta',
  index,
  delta: { type, ...more },
});
const start = (index: number, block: object) => ({ type: 'content_block_start', index, content_block: block });

describe('Anthropic Messages', () => {
  const provider = new OpenAiProvider();
  let answer: RawAnswer;
  let service: RawService;

  beforeAll(async () => {
    service = await new RawService(() => answer).start();
  });
  beforeEach(() => {
    service.calls.length = 0;
    answer = { body: { content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' } };
  });
  afterAll(async () => {
    await provider.onApplicationShutdown();
    await service.stop();
  });

  const request = (more: Partial<ProviderRequest> = {}): ProviderRequest => ({
    connection: {
      baseUrl: service.baseUrl,
      apiKey: 'sk-ant-x',
      isAzure: false,
      dialect: 'anthropic_messages',
      capabilities: defaultCapabilities(),
    },
    model: 'm',
    instructions: 'Be brief.',
    items: [message('user', 'Hello')],
    tools: [],
    temperature: null,
    maxOutputTokens: null,
    ...more,
  });

  async function collect(asked: ProviderRequest): Promise<ProviderEvent[]> {
    const events: ProviderEvent[] = [];
    for await (const event of provider.stream(asked, new AbortController().signal)) events.push(event);
    return events;
  }

  // https://portkey.ai/error-library/input-validation-error-10152: max_tokens is always needed.
  it('sends what the protocol demands', async () => {
    await collect(request({ temperature: 1.5, tools: [{ name: 't', description: 'd', parameters: {} }] }));
    expect(service.calls[0]?.headers).toMatchObject({ 'x-api-key': 'sk-ant-x', 'anthropic-version': '2023-06-01' });
    expect(service.calls[0]).toMatchObject({ path: '/messages' });
    expect(service.calls[0]?.body).toEqual({
      model: 'm',
      system: 'Be brief.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      tools: [{ name: 't', description: 'd', input_schema: { type: 'object', properties: {} } }],
      temperature: 1,
      max_tokens: 8192,
      stream: true,
    });
  });

  it('gives user and assistant the word in turn, with the calls and results of a round together', async () => {
    const thought = { type: 'thinking', thinking: 'Hm.', signature: 's' };
    const call = (callId: string, args: string): ProviderItem => ({
      type: 'tool_call',
      callId,
      name: 't',
      arguments: args,
    });
    const result = (callId: string): ProviderItem => ({ type: 'tool_result', callId, output: 'x' });
    const items: ProviderItem[] = [
      message('assistant', 'Welcome.'),
      message('user', 'a'),
      message('user', 'b'),
      message('developer', 'Now.'),
      { type: 'carried', value: thought },
      message('assistant', 'Let me see.'),
      call('1', '{"x":1}'),
      call('2', '{"x'),
      result('1'),
      result('2'),
    ];
    await collect(request({ items }));
    const use = (id: string, input: object) => ({ type: 'tool_use', id, name: 't', input });
    const used = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'x' });
    expect(service.calls[0]?.body).toMatchObject({
      system: 'Be brief.\n\nSaid before the first message of the customer: Welcome.\n\nNow.',
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a\n\nb' }] },
        {
          role: 'assistant',
          content: [thought, { type: 'text', text: 'Let me see.' }, use('1', { x: 1 }), use('2', {})],
        },
        { role: 'user', content: [used('1'), used('2')] },
      ],
    });
  });

  // https://dev.to/ji_ai/return-claudes-thinking-blocks-or-your-agent-breaks-2lpm
  it('keeps thoughts with their signatures for the next round, and adds up the usage', async () => {
    answer = {
      body: sse(
        {
          type: 'message_start',
          message: {
            usage: { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 2, output_tokens: 1 },
          },
        },
        start(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, 'thinking_delta', { thinking: 'Let me ' }),
        delta(0, 'thinking_delta', { thinking: 'see.' }),
        delta(0, 'signature_delta', { signature: 'sig' }),
        { type: 'ping' },
        start(1, { type: 'redacted_thinking', data: 'xyz' }),
        start(2, { type: 'text', text: '' }),
        delta(2, 'text_delta', { text: 'One moment.' }),
        start(3, { type: 'tool_use', id: 'c1', name: 't', input: {}, caller: { type: 'direct' } }),
        delta(3, 'input_json_delta', { partial_json: '' }),
        delta(3, 'input_json_delta', { partial_json: '{"x"' }),
        delta(3, 'input_json_delta', { partial_json: ':1}' }),
        { type: 'content_block_stop', index: 3 },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 20 } },
        { type: 'message_stop' },
      ),
    };
    const events = await collect(request());
    const thoughts = events.filter((event) => event.type === 'thought');
    expect(thoughts.map(({ text }) => text).join('')).toBe('Let me see.');
    expect(
      events
        .filter(({ type }) => type !== 'thought')
        .map(({ origin: _origin, ...event }: ProviderEvent & { origin?: string }) => event),
    ).toEqual([
      { type: 'text', text: 'One moment.' },
      { type: 'carried', value: { type: 'thinking', thinking: 'Let me see.', signature: 'sig' } },
      { type: 'carried', value: { type: 'redacted_thinking', data: 'xyz' } },
      { type: 'tool_call', callId: 'c1', name: 't', arguments: '{"x":1}', extra: { caller: { type: 'direct' } } },
      {
        type: 'usage',
        usage: { inputTokens: 17, cachedTokens: 5, cacheWriteTokens: 2, outputTokens: 20, reasoningTokens: 0 },
      },
      { type: 'done', reason: 'tool_calls' },
    ]);
  });

  it.each([
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
    ['stop_sequence', 'stop'],
  ])('reads the reason %s as %s', async (reason, expected) => {
    answer = { body: { content: [{ type: 'text', text: 'Hi' }], stop_reason: reason } };
    expect((await collect(request())).at(-1)).toEqual({ type: 'done', reason: expected });
  });

  it('reads a stream without its last event, and none that stops before its reason', async () => {
    const begun = [start(0, { type: 'text', text: '' }), delta(0, 'text_delta', { text: 'Hi' })];
    answer = { body: sse(...begun, { type: 'message_delta', delta: { stop_reason: 'end_turn' } }) };
    expect((await collect(request())).at(-1)).toEqual({ type: 'done', reason: 'stop' });
    answer = { body: sse(...begun) };
    await expect(collect(request())).rejects.toMatchObject({ code: 'PROVIDER_INCOMPLETE' });
  });

  it.each<[number, string, string, string]>([
    [401, 'authentication_error', 'invalid x-api-key', 'PROVIDER_AUTH_FAILED'],
    [403, 'permission_error', 'Not allowed', 'PROVIDER_AUTH_FAILED'],
    [404, 'not_found_error', 'model: claude-x', 'PROVIDER_MODEL_NOT_FOUND'],
    [413, 'request_too_large', 'Request exceeds the maximum size', 'PROVIDER_CONTEXT_EXCEEDED'],
    [400, 'invalid_request_error', 'prompt is too long: 9 tokens > 8 maximum', 'PROVIDER_CONTEXT_EXCEEDED'],
    [400, 'invalid_request_error', 'Your credit balance is too low to access the API.', 'PROVIDER_QUOTA_EXCEEDED'],
    [400, 'invalid_request_error', 'messages: at least one message is required', 'PROVIDER_REQUEST_REJECTED'],
    [429, 'rate_limit_error', 'Slow down', 'PROVIDER_RATE_LIMITED'],
    [500, 'api_error', 'Internal', 'PROVIDER_ERROR'],
    [529, 'overloaded_error', 'Overloaded', 'PROVIDER_ERROR'],
  ])('maps %i %s', async (status, type, text, code) => {
    answer = { status, body: { type: 'error', error: { type, message: text } } };
    await expect(collect(request())).rejects.toMatchObject({ code, providerStatus: status });
  });

  it('is tried first, with a key in its own header, at home alone', () => {
    const home = 'https://api.anthropic.com/v1';
    expect(dialectsFor(home)[0]).toBe('anthropic_messages');
    expect(dialectsFor('https://api.openai.com/v1')).toEqual(['responses', 'chat_completions', 'anthropic_messages']);
    expect(anthropicMessagesAdapter.headers?.({ baseUrl: home, apiKey: 'k' })).not.toHaveProperty('authorization');
    expect(anthropicMessagesAdapter.headers?.({ baseUrl: 'http://localhost/v1', apiKey: 'k' })).toMatchObject({
      authorization: 'Bearer k',
    });
  });
});
