import { RawService, said, type RawAnswer } from '../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../openai-provider.js';
import { defaultCapabilities } from '../probe/probe-requests.js';
import type { ProviderConnection, ProviderDialect } from '../provider.types.js';

const ANSWERS: Record<ProviderDialect, RawAnswer> = {
  responses: { body: { status: 'completed', output: [] } },
  chat_completions: said('Hi'),
  anthropic_messages: { body: { content: [], stop_reason: 'end_turn' } },
};

describe('how a service is reached', () => {
  const provider = new OpenAiProvider();
  let answer: RawAnswer;
  const service = new RawService(() => answer);

  beforeAll(() => service.start());
  beforeEach(() => {
    service.calls.length = 0;
  });
  afterAll(async () => {
    await provider.onApplicationShutdown();
    await service.stop();
  });

  const connection = (changes: Partial<ProviderConnection> = {}): ProviderConnection => ({
    baseUrl: service.baseUrl,
    apiKey: 'the-key-of-the-service',
    isAzure: false,
    dialect: 'chat_completions',
    capabilities: defaultCapabilities(),
    ...changes,
  });

  async function send(to: ProviderConnection, model = 'm') {
    answer = ANSWERS[to.dialect];
    const items = [{ type: 'message' as const, role: 'user' as const, text: 'Hello' }];
    const request = {
      connection: to,
      model,
      instructions: '',
      items,
      tools: [],
      temperature: null,
      maxOutputTokens: null,
    };
    for await (const event of provider.stream(request, new AbortController().signal)) if (event.type === 'done') break;
    return service.calls.at(-1)!;
  }

  // https://openrouter.ai/docs/api-reference/overview: who calls is told in two headers.
  it.each(Object.keys(ANSWERS) as ProviderDialect[])('sends further headers and parameters (%s)', async (dialect) => {
    const headers = { 'http-referer': 'https://shop.example', 'x-title': 'Shop', 'x-gateway-key': 'abc' };
    const to = connection({ dialect, headers, query: { team: 'a b', 'api-version': '1' } });
    const call = await send(to);
    expect(call.headers).toMatchObject(headers);
    expect(call.path).toMatch(/\?team=a\+b&api-version=1$/);
    answer = { body: { data: [{ id: 'm' }] } };
    expect(await provider.listModels(to)).toMatchObject({ models: [{ id: 'm' }] });
    expect(service.calls.at(-1)).toMatchObject({
      headers,
      path: expect.stringMatching(/^\/models\?team=a(\+|%20)b&api-version=1$/) as unknown,
    });
  });

  it('shows a gateway what the administrator wants it to see in place of the key', async () => {
    const { headers } = await send(connection({ headers: { authorization: 'Basic Z2F0ZTp3YXk=' } }));
    expect(headers.authorization).toBe('Basic Z2F0ZTp3YXk=');
  });

  it.each([
    ['m', '/openai/deployments/m/chat/completions?api-version=2024-10-21'],
    ['my model/2', '/openai/deployments/my%20model%2F2/chat/completions?api-version=2024-10-21'],
  ])('asks the deployment %s of an older Azure address', async (model, path) => {
    const { origin } = new URL(service.baseUrl);
    const to = connection({ baseUrl: `${origin}/openai/deployments?api-version=2024-10-21`, isAzure: true });
    expect(await send(to, model)).toMatchObject({ path, headers: { 'api-key': 'the-key-of-the-service' } });
    expect(service.calls.at(-1)?.headers.authorization).toBeUndefined();
    expect(await provider.listModels(to)).toEqual({ models: [], isComplete: false });
    expect(service.calls).toHaveLength(1);
  });

  it('adds further parameters to the version of an older Azure address', async () => {
    const { origin } = new URL(service.baseUrl);
    const baseUrl = `${origin}/openai/deployments?api-version=2024-10-21`;
    const { path } = await send(connection({ baseUrl, query: { team: 'a' } }));
    expect(path).toBe('/openai/deployments/m/chat/completions?api-version=2024-10-21&team=a');
  });

  it('never repeats what it was shown', async () => {
    const secrets = { 'x-gateway-key': 'open sesame', authorization: 'Basic Z2F0ZTp3YXk=' };
    const to = connection({ apiKey: 'plain-words-as-a-key', headers: secrets, query: { token: 'friend' } });
    const said = ['open sesame', 'Basic Z2F0ZTp3YXk=', 'friend'].join(', ');
    answer = { status: 403, body: { error: { message: `You sent ${said}, plain-words-as-a-key.` } } };
    const failure = await provider.listModels(to).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'PROVIDER_AUTH_FAILED' });
    for (const secret of ['open sesame', 'Z2F0ZTp3YXk', 'friend', 'plain-words'])
      expect(String(failure)).not.toContain(secret);
  });
});
