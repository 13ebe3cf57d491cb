import {
  chatStream,
  chunk,
  RawService,
  refused,
  said,
  type RawAnswer,
  type RawCall,
} from '../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../openai-provider.js';
import { defaultCapabilities } from '../probe/probe-requests.js';
import type { ProviderItem, ProviderRequest } from '../provider.types.js';

const message = (role: 'user' | 'assistant' | 'developer', text: string): ProviderItem => ({
  type: 'message',
  role,
  text,
});

describe('AdaptingAnswer', () => {
  const provider = new OpenAiProvider();
  let service: RawService;

  afterEach(() => service.stop());
  afterAll(() => provider.onApplicationShutdown());

  async function serve(answer: (call: RawCall) => RawAnswer): Promise<void> {
    service = await new RawService(answer).start();
  }

  const request = (more: Partial<ProviderRequest> = {}): ProviderRequest => ({
    connection: {
      baseUrl: service.baseUrl,
      apiKey: null,
      isAzure: false,
      dialect: 'chat_completions',
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

  async function ask(asked: ProviderRequest): Promise<string> {
    let text = '';
    for await (const event of provider.stream(asked, new AbortController().signal))
      if (event.type === 'text') text += event.text;
    return text;
  }

  const rolesOf = (call: Record<string, unknown>): string =>
    (call.messages as { role: string }[]).map(({ role }) => role[0]).join('');
  /** What chat templates demand. */
  const alternates = ({ body }: RawCall): boolean => /^s?(ua)*u$/.test(rolesOf(body));

  it.each<[string, RawAnswer]>([
    // https://github.com/vllm-project/vllm/issues/6862
    [
      'Mistral on vLLM',
      refused('After the optional system message, conversation roles must alternate user/assistant/user/assistant/...'),
    ],
    // https://github.com/vllm-project/vllm/issues/41114
    ['Qwen on vLLM', refused('System message must be at the beginning.')],
    // https://github.com/anomalyco/opencode/issues/5034: llama.cpp fails with 500.
    [
      'llama.cpp',
      {
        status: 500,
        body: {
          error: { code: 500, message: 'Jinja Exception: conversation roles must alternate', type: 'server_error' },
        },
      },
    ],
    // https://github.com/zed-industries/zed/issues/45379: in a stream that has begun.
    [
      'LM Studio',
      {
        body: 'event: error\ndata: {"error":{"message":"Error rendering prompt with jinja template: Conversation roles must alternate"}}\n\n',
      },
    ],
    // https://github.com/QwenLM/Qwen/issues/956
    ['an old server', { status: 400, body: { detail: 'Invalid request: Incorrect role system.' } }],
    ['a server that says nothing', { status: 400, body: {} }],
  ])('gives the roles the word in turn when %s wants it, and remembers it', async (_name, refusal) => {
    await serve((call) => (alternates(call) ? said('Hi') : refusal));
    const items = [message('user', 'a'), message('user', 'b'), message('developer', 'whisper'), message('user', 'c')];
    await expect(ask(request({ items }))).resolves.toBe('Hi');
    await expect(ask(request({ items }))).resolves.toBe('Hi');
    expect(service.calls.map(({ body }) => rolesOf(body))).toEqual(['suusu', 'su', 'su']);
    expect(service.calls.at(-1)?.body.messages).toEqual([
      { role: 'system', content: 'Be brief.\n\nwhisper' },
      { role: 'user', content: 'a\n\nb\n\nc' },
    ]);
  });

  // https://github.com/EricLBuehler/mistral.rs/issues/506
  it('does without a system message', async () => {
    await serve(({ body }) => (rolesOf(body).includes('s') ? refused('System role not supported') : said('Hi')));
    await expect(ask(request())).resolves.toBe('Hi');
    expect(service.calls.at(-1)?.body.messages).toEqual([{ role: 'user', content: 'Be brief.\n\nHello' }]);
  });

  it.each<[string, string, RawAnswer, Partial<ProviderRequest>]>([
    // https://github.com/Gitlawb/openclaude/issues/739: Mistral.
    [
      'store',
      'store',
      { status: 422, body: { detail: [{ loc: ['body', 'store'], msg: 'Extra inputs are not permitted' }] } },
      {},
    ],
    // https://github.com/liliMozi/openhanako/issues/394: Gemini.
    [
      'store, quoted',
      'store',
      { status: 400, body: [{ error: { code: 400, message: 'Unknown name "store": Cannot find field.' } }] },
      {},
    ],
    // https://github.com/caozhiyuan/copilot-api/issues/164: gateways to OpenAI's newer models.
    [
      'max_tokens',
      'max_tokens',
      refused(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      ),
      { maxOutputTokens: 50 },
    ],
    [
      'temperature',
      'temperature',
      refused(
        "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
      ),
      { temperature: 0.2 },
    ],
    // https://github.com/Bike4Mind/bike4mind/pull/1089: Kimi.
    [
      'a temperature',
      'temperature',
      refused('invalid temperature: only 1 is allowed for this model'),
      { temperature: 0.2 },
    ],
    ['stream_options', 'stream_options', refused('Unrecognized request argument supplied: stream_options'), {}],
  ])('never again sends %s to a service that has refused it', async (_name, field, refusal, more) => {
    await serve(({ body }) => (field in body ? refusal : said('Hi')));
    await expect(ask(request(more))).resolves.toBe('Hi');
    await expect(ask(request(more))).resolves.toBe('Hi');
    expect(service.calls.map(({ body }) => field in body)).toEqual([true, false, false]);
    expect(service.calls.at(-1)?.body.max_completion_tokens).toBe(field === 'max_tokens' ? 50 : undefined);
  });

  // https://github.com/charmbracelet/crush/issues/1590: Mistral refuses what DeepSeek demands.
  it('does not send thoughts back to a service that refuses them', async () => {
    const refusal = {
      detail: [
        {
          type: 'extra_forbidden',
          loc: ['body', 'messages', 1, 'assistant', 'reasoning_content'],
          msg: 'Extra inputs are not permitted',
        },
      ],
    };
    await serve(({ body }) =>
      JSON.stringify(body).includes('reasoning_content') ? { status: 422, body: refusal } : said('Hi'),
    );
    const items: ProviderItem[] = [
      message('user', 'a'),
      { type: 'carried', value: { reasoning_content: 'Hm.' } },
      { type: 'tool_call', callId: 'c', name: 'x', arguments: '{}' },
      { type: 'tool_result', callId: 'c', output: '1' },
    ];
    await expect(ask(request({ items }))).resolves.toBe('Hi');
    expect(service.calls).toHaveLength(2);
  });

  // https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/842: the template of gpt-oss.
  it('does not send thoughts back where they may not stand beside words', async () => {
    const refusal = 'Cannot pass both content and thinking in an assistant message with tool calls!';
    await serve(({ body }) => (JSON.stringify(body).includes('"reasoning"') ? refused(refusal) : said('Hi')));
    const items: ProviderItem[] = [
      message('user', 'a'),
      { type: 'carried', value: { reasoning: 'Hm.' } },
      message('assistant', 'One moment.'),
      { type: 'tool_call', callId: 'c', name: 'x', arguments: '{}' },
      { type: 'tool_result', callId: 'c', output: '1' },
    ];
    await expect(ask(request({ items }))).resolves.toBe('Hi');
    expect(service.calls).toHaveLength(2);
  });

  const past = Array.from({ length: 20 }, (_, index) =>
    message(index % 2 === 0 ? 'user' : 'assistant', `${index} ${'word '.repeat(50)}`),
  );
  const length = ({ body }: RawCall): number => JSON.stringify(body.messages).length;

  it.each<[string, RawAnswer]>([
    [
      'OpenAI',
      {
        status: 400,
        body: {
          error: {
            message:
              "This model's maximum context length is 700 tokens. However, your messages resulted in 1100 tokens.",
            code: 'context_length_exceeded',
          },
        },
      },
    ],
    // https://github.com/oobabooga/textgen/issues/7257
    [
      'llama.cpp',
      {
        status: 400,
        body: {
          error: {
            code: 400,
            message:
              'the request exceeds the available context size. try increasing the context size or enable context shift',
            type: 'exceed_context_size_error',
            n_prompt_tokens: 1100,
            n_ctx: 700,
          },
        },
      },
    ],
    ['a service that gives no number', refused('The prompt is too long.')],
    [
      'a service that ran into its rate',
      {
        status: 429,
        body: { error: { message: 'Request too large for this organization', code: 'rate_limit_exceeded' } },
      },
    ],
  ])('asks %s once more with less, and remembers how much it takes', async (_name, refusal) => {
    await serve((call) => (length(call) > 3200 ? refusal : said('Hi')));
    const items = [...past, message('user', 'And now?')];
    await expect(ask(request({ items }))).resolves.toBe('Hi');
    await expect(ask(request({ items }))).resolves.toBe('Hi');
    expect(service.calls).toHaveLength(3);
    expect(service.calls.map(({ body }) => rolesOf(body).slice(0, 2))).toEqual(['su', 'su', 'su']);
    expect(service.calls.every(({ body }) => JSON.stringify(body.messages).includes('And now?'))).toBe(true);
  });

  it('says that a conversation is too long when less does not help either', async () => {
    await serve(() => refused('The prompt is too long.'));
    await expect(ask(request({ items: [...past, message('user', 'And now?')] }))).rejects.toMatchObject({
      code: 'PROVIDER_CONTEXT_EXCEEDED',
      retryable: false,
    });
    expect(service.calls).toHaveLength(2);
    await expect(ask(request({ model: 'other' }))).rejects.toMatchObject({ code: 'PROVIDER_CONTEXT_EXCEEDED' });
    expect(service.calls).toHaveLength(3);
  });

  it.each<[string, RawAnswer, string]>([
    ['a plain refusal', refused('No.'), 'PROVIDER_REQUEST_REJECTED'],
    ['a bad key', refused('Unknown key', 401), 'PROVIDER_AUTH_FAILED'],
    // https://github.com/Oaklight/argo-proxy/issues/91: Azure.
    [
      'a filter',
      {
        status: 400,
        body: {
          error: {
            message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
            code: 'content_filter',
            innererror: { code: 'ResponsibleAIPolicyViolation' },
          },
        },
      },
      'PROVIDER_CONTENT_FILTERED',
    ],
  ])('makes one call when %s teaches nothing', async (_name, refusal, code) => {
    await serve(() => refusal);
    await expect(ask(request())).rejects.toMatchObject({ code });
    expect(service.calls).toHaveLength(1);
  });

  it('learns nothing once the answer has begun', async () => {
    const error = { error: { message: "Unsupported parameter: 'store'", code: 400 } };
    await serve(() => ({ body: chatStream(chunk({ content: 'Hi' }), error) }));
    await expect(ask(request())).rejects.toMatchObject({ code: 'PROVIDER_REQUEST_REJECTED' });
    expect(service.calls).toHaveLength(1);
  });

  it('forgets a lesson that did not help', async () => {
    await serve(({ body }) => ('store' in body ? refused("Unknown parameter: 'store'") : refused('No.')));
    const items = [message('user', 'a'), message('user', 'b')];
    await expect(ask(request({ items }))).rejects.toMatchObject({ code: 'PROVIDER_REQUEST_REJECTED' });
    service.calls.length = 0;
    await expect(ask(request({ items }))).rejects.toMatchObject({ code: 'PROVIDER_REQUEST_REJECTED' });
    expect(service.calls[0]?.body.store).toBe(false);
  });
});
