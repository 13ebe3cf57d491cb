import { RawService, refused, type RawAnswer, type RawCall } from '../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../openai-provider.js';
import type { ProbeResult } from '../provider.types.js';

type Items = { role?: string; type?: string; content?: unknown }[];

/** A model that calls the tool it is offered, and knows neither schemas nor streams. */
function answerOf({ path, body }: RawCall): RawAnswer {
  if (path === '/messages') return { status: 404, body: {} };
  const isChat = path === '/chat/completions';
  const items = (isChat ? body['messages'] : body['input']) as Items;
  const hasResult = items.some(({ role, type }) => role === 'tool' || type === 'function_call_output');
  const calls = body['tools'] !== undefined && !hasResult;
  if (isChat) {
    const call = { id: 'c', type: 'function', function: { name: 'ping', arguments: '{}' } };
    const message = calls ? { content: null, tool_calls: [call] } : { content: 'OK' };
    return { body: { choices: [{ message, finish_reason: calls ? 'tool_calls' : 'stop' }] } };
  }
  const output = calls
    ? [{ type: 'function_call', id: 'fc', call_id: 'c', name: 'ping', arguments: '{}' }]
    : [{ type: 'message', content: [{ type: 'output_text', text: 'OK' }] }];
  return { body: { status: 'completed', output } };
}

describe('the probe', () => {
  const provider = new OpenAiProvider();
  let service: RawService;

  afterEach(() => service.stop());
  afterAll(() => provider.onApplicationShutdown());

  async function probe(
    special: (call: RawCall) => RawAnswer | null,
    models: RawAnswer = { body: { data: [{ id: 'm' }] } },
    preferredModel: string | null = null,
  ): Promise<ProbeResult> {
    service = await new RawService((call) =>
      call.path === '/models' ? models : (special(call) ?? answerOf(call)),
    ).start();
    return provider.probe({ baseUrl: service.baseUrl, apiKey: null, isAzure: false }, preferredModel);
  }

  it('holds a conversation as bots do: history, and a tool with its result', async () => {
    expect(await probe(() => null)).toMatchObject({
      dialect: 'responses',
      capabilities: { tools: true },
      problem: null,
    });
    const inputs = service
      .bodies('/responses')
      .map(({ input }) => (input as Items).map(({ role, type }) => role ?? type));
    expect(inputs).toContainEqual(['user', 'assistant', 'user']);
    expect(inputs).toContainEqual(['user', 'assistant', 'user', 'function_call', 'function_call_output']);
  });

  it.each<[string, (call: RawCall) => boolean]>([
    // https://github.com/sgl-project/sglang/issues/17853: /responses answers, but not with a history.
    ['refuses a history', ({ body }) => JSON.stringify(body['input']).includes('assistant')],
    ['refuses the result of a tool', ({ body }) => JSON.stringify(body['input']).includes('function_call_output')],
    ['knows no tools', ({ body }) => body['tools'] !== undefined],
  ])('takes the other dialect when the first one %s', async (_name, isRefused) => {
    const refusal = (call: RawCall) => (call.path === '/responses' && isRefused(call) ? refused('Broken.', 500) : null);
    expect(await probe(refusal)).toMatchObject({
      dialect: 'chat_completions',
      capabilities: { tools: true },
      problem: null,
    });
  });

  it('keeps the dialect that holds a conversation when neither knows tools', async () => {
    const knowsNone = ({ body }: RawCall) => (body['tools'] === undefined ? null : refused('No tools here.'));
    expect(await probe(knowsNone)).toMatchObject({
      dialect: 'responses',
      capabilities: { tools: false },
      problem: null,
    });
  });

  // https://github.com/vllm-project/vllm/issues/7912: a forced choice was not yet supported.
  it.each([refused('tool_choice must be auto.'), refused('Only auto is allowed here.'), refused('Failed', 500)])(
    'offers the tool freely where a service refuses to be forced',
    async (refusal) => {
      const result = await probe(({ body }) => (body['tool_choice'] === 'required' ? refusal : null));
      expect(result).toMatchObject({ dialect: 'responses', capabilities: { tools: true } });
    },
  );

  it('remembers what the service refused, for the requests that follow', async () => {
    const special = ({ path, body }: RawCall) => {
      if (path === '/responses') return refused('Not here.', 404);
      const extra = ['store', 'max_tokens'].filter((field) => field in body);
      const detail = extra.map((field) => ({
        type: 'extra_forbidden',
        loc: ['body', field],
        msg: 'Extra inputs are not permitted',
      }));
      return extra.length > 0 ? { status: 422, body: { detail } } : null;
    };
    const { capabilities } = await probe(special);
    expect(capabilities.adjustments).toEqual({
      m: { omitted: expect.arrayContaining(['store', 'max_tokens']), arrangement: 'free', contextTokens: null },
    });
    service.calls.length = 0;
    const other = new OpenAiProvider();
    const request = {
      connection: {
        baseUrl: service.baseUrl,
        apiKey: null,
        isAzure: false,
        dialect: 'chat_completions' as const,
        capabilities,
      },
      model: 'm',
      instructions: '',
      items: [{ type: 'message' as const, role: 'user' as const, text: 'Hello' }],
      tools: [],
      temperature: null,
      maxOutputTokens: 9,
    };
    for await (const event of other.stream(request, new AbortController().signal)) void event;
    expect(service.calls).toHaveLength(1);
    expect(service.calls[0]?.body).toMatchObject({ max_completion_tokens: 9 });
    await other.onApplicationShutdown();
  });

  it.each<[string, RawAnswer, string[]]>([
    ['no list', { status: 404, body: { detail: 'Not Found' } }, []],
    ['a page', { contentType: 'text/html', body: '<html></html>' }, []],
    ['a bare list', { body: [{ id: 'a' }, { id: 'b' }] }, ['a', 'b']],
    ['a list of names', { body: { models: ['a', { name: 'b' }, null, 7] } }, ['a', 'b']],
  ])('speaks to the model it is given where there is %s', async (_name, models, listed) => {
    const { list, ...result } = await probe(() => null, models, 'mine');
    expect(result).toMatchObject({ probedModel: 'mine', problem: null });
    expect(list?.models.map(({ id }) => id) ?? []).toEqual(listed);
  });

  it('lists the newest thousand of a list without end', async () => {
    const data = Array.from({ length: 50_000 }, (_, index) => ({ id: `m${index}`, created: index }));
    const { list } = await probe(() => null, { body: { data } }, 'm1');
    expect([list?.models.length, list?.models[0]?.id, list?.isComplete]).toEqual([1000, 'm49999', false]);
  });

  it('tries only the dialect that was chosen', async () => {
    await probe(() => null);
    const connection = { baseUrl: service.baseUrl, apiKey: null, isAzure: false };
    service.calls.length = 0;
    expect(await provider.probe(connection, 'm', ['chat_completions'])).toMatchObject({ dialect: 'chat_completions' });
    expect(service.bodies('/responses')).toEqual([]);
  });
});
