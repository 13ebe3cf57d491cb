import { RawService, refused, said, type RawAnswer, type RawCall } from '../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../openai-provider.js';
import { defaultCapabilities } from '../probe/probe-requests.js';
import type { ProviderDialect, ProviderRequest } from '../provider.types.js';
import { addFields } from './parameters.js';

const SCHEMA = {
  type: 'object',
  properties: { ok: { type: 'boolean' } },
  required: ['ok'],
  additionalProperties: false,
};
const ALL = {
  reasoningEffort: 'low',
  verbosity: 'high',
  topP: 0.9,
  stop: ['END'],
  seed: 7,
  answerSchema: SCHEMA,
  promptCacheKey: 'revision',
  safetyIdentifier: 'person',
} as const;

/** What differs: the lists of messages are the same as without parameters. */
const WIRE: Record<ProviderDialect, Record<string, unknown>> = {
  responses: {
    reasoning: { effort: 'low' },
    text: { verbosity: 'high', format: { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: true } },
    top_p: 0.9,
    temperature: 0.3,
    max_output_tokens: 500,
    prompt_cache_key: 'revision',
    safety_identifier: 'person',
    include: ['reasoning.encrypted_content'],
    store: false,
  },
  chat_completions: {
    reasoning_effort: 'low',
    verbosity: 'high',
    top_p: 0.9,
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: SCHEMA, strict: true } },
    stop: ['END'],
    seed: 7,
    temperature: 0.3,
    max_tokens: 500,
    prompt_cache_key: 'revision',
    safety_identifier: 'person',
    store: false,
    stream_options: { include_usage: true },
  },
  anthropic_messages: {
    output_config: { effort: 'low', format: { type: 'json_schema', schema: SCHEMA } },
    top_p: 0.9,
    stop_sequences: ['END'],
    temperature: 0.3,
    max_tokens: 500,
    cache_control: { type: 'ephemeral' },
    metadata: { user_id: 'person' },
  },
};
const ANSWERS: Record<ProviderDialect, RawAnswer> = {
  responses: { body: { status: 'completed', output: [{ type: 'message', content: [] }] } },
  chat_completions: said('Hi'),
  anthropic_messages: { body: { content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' } },
};
const CONVERSATION = new Set(['model', 'messages', 'input', 'instructions', 'system', 'stream']);

describe('the parameters of a request', () => {
  const provider = new OpenAiProvider();
  let service: RawService;

  afterEach(() => service.stop());
  afterAll(() => provider.onApplicationShutdown());

  async function serve(answer: (call: RawCall) => RawAnswer): Promise<void> {
    service = await new RawService(answer).start();
  }

  async function send(dialect: ProviderDialect, more: Partial<ProviderRequest>): Promise<void> {
    const { baseUrl } = service;
    const request: ProviderRequest = {
      connection: { baseUrl, apiKey: null, isAzure: false, dialect, capabilities: defaultCapabilities() },
      model: 'm',
      instructions: 'Be brief.',
      items: [{ type: 'message', role: 'user', text: 'Hello' }],
      tools: [],
      temperature: null,
      maxOutputTokens: null,
      ...more,
    };
    for await (const event of provider.stream(request, new AbortController().signal)) if (event.type === 'done') return;
  }

  const sent = (index = -1): Record<string, unknown> => {
    const entries = Object.entries(service.calls.at(index)!.body);
    return Object.fromEntries(entries.filter(([field]) => !CONVERSATION.has(field)));
  };

  const dialects = Object.keys(WIRE) as ProviderDialect[];

  it.each(dialects)('are written as %s names them', async (dialect) => {
    await serve(() => ANSWERS[dialect]);
    await send(dialect, { parameters: ALL, temperature: 0.3, maxOutputTokens: 500 });
    expect(sent()).toEqual(WIRE[dialect]);
  });

  it.each([
    ['none', undefined],
    ['minimal', { effort: 'low' }],
    ['xhigh', { effort: 'xhigh' }],
  ] as const)('ask Anthropic for the effort %s as %j', async (reasoningEffort, expected) => {
    await serve(() => ANSWERS.anthropic_messages);
    await send('anthropic_messages', { parameters: { reasoningEffort } });
    expect(sent().output_config).toEqual(expected);
  });

  it.each(dialects)('leave what is not set to the service (%s)', async (dialect) => {
    await serve(() => ANSWERS[dialect]);
    await send(dialect, { parameters: { topP: null, stop: null, seed: undefined } });
    const always = {
      responses: ['store', 'include'],
      chat_completions: ['store', 'stream_options'],
      anthropic_messages: ['max_tokens'],
    };
    expect(Object.keys(sent())).toEqual(always[dialect]);
  });

  it.each<[string, ProviderDialect, RawAnswer, string[]]>([
    [
      'OpenAI',
      'responses',
      {
        status: 400,
        body: {
          error: {
            message: "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
            type: 'invalid_request_error',
            param: 'reasoning.effort',
            code: 'unsupported_parameter',
          },
        },
      },
      ['reasoning'],
    ],
    [
      'OpenAI, for a value',
      'responses',
      {
        status: 400,
        body: {
          error: {
            message: "Unsupported value: 'high' is not supported with the 'm' model. Supported values are: 'medium'.",
            type: 'invalid_request_error',
            param: 'text.verbosity',
            code: 'unsupported_value',
          },
        },
      },
      ['text'],
    ],
    [
      'Mistral',
      'chat_completions',
      {
        status: 422,
        body: {
          detail: ['prompt_cache_key', 'safety_identifier', 'verbosity'].map((field) => ({
            type: 'extra_forbidden',
            loc: ['body', field],
            msg: 'Extra inputs are not permitted',
          })),
        },
      },
      ['prompt_cache_key', 'safety_identifier', 'verbosity'],
    ],
    [
      'xAI',
      'chat_completions',
      { status: 400, body: { error: 'Argument not supported on this model: stop' } },
      ['stop'],
    ],
    ['Groq', 'chat_completions', refused("property 'seed' is unsupported"), ['seed']],
    ['a gateway', 'anthropic_messages', refused('cache_control: Extra inputs are not permitted'), ['cache_control']],
    ['another', 'anthropic_messages', refused('metadata.user_id: Extra inputs are not permitted'), ['metadata']],
    ['a service', 'chat_completions', refused("Unknown parameter: 'chat_template_kwargs'"), ['chat_template_kwargs']],
  ])('are never again sent where they were refused: %s', async (_name, dialect, refusal, fields) => {
    await serve(({ body }) => (fields.some((field) => field in body) ? refusal : ANSWERS[dialect]));
    const parameters = { ...ALL, answerSchema: null };
    const asked = { parameters, extraBody: { chat_template_kwargs: { enable_thinking: false } } };
    await send(dialect, asked);
    await send(dialect, asked);
    expect(service.calls).toHaveLength(3);
    const before = Object.keys(sent(0));
    expect(Object.keys(sent())).toEqual(before.filter((field) => !fields.includes(field)));
  });

  it('always include the schema: a service that refuses it fails', async () => {
    const complaint = "Invalid schema for response_format 'answer': unknown keyword.";
    const isAsked = ({ body }: RawCall): boolean => 'response_format' in body;
    await serve((call) => (isAsked(call) ? refused(complaint) : ANSWERS.chat_completions));
    const failure = { code: 'PROVIDER_REQUEST_REJECTED' };
    await expect(send('chat_completions', { parameters: ALL })).rejects.toMatchObject(failure);
    await expect(send('chat_completions', { parameters: ALL })).rejects.toMatchObject(failure);
    expect(service.calls.every(isAsked)).toBe(true);
  });

  it('take the fields of the administrator beside ours, and never instead of them', () => {
    const body: Record<string, unknown> = { model: 'm', store: false, reasoning: { effort: 'low' }, seed: undefined };
    const fields = JSON.parse(
      '{"model":"x","store":true,"reasoning":{"effort":"high","summary":"auto"},"seed":1}',
    ) as object;
    addFields(body, { ...fields, service_tier: 'flex', ['__proto__']: { polluted: true } });
    expect(body).toMatchObject({
      model: 'm',
      store: false,
      reasoning: { effort: 'low', summary: 'auto' },
      seed: 1,
      service_tier: 'flex',
    });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
