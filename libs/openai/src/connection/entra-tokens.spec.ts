import { eventually } from '../../../../test/support/eventually.js';
import { RawService, said, type RawAnswer } from '../../../../test/support/raw-service.js';
import { ProviderError } from '../errors/provider-error.js';
import { OpenAiProvider } from '../openai-provider.js';
import { defaultCapabilities } from '../probe/probe-requests.js';
import type { ProviderConnection } from '../provider.types.js';

const SECRET = 'the~client.secret';
const refusedBy = (error: string, code: string): RawAnswer => ({
  status: 401,
  body: {
    error,
    error_description: `${code}: Invalid client secret provided. Trace ID: 1234 for app 'app-id'. ${SECRET}`,
    error_codes: [Number(code.slice(6))],
  },
});

describe('tokens of Microsoft Entra', () => {
  let provider: OpenAiProvider;
  /** Tokens that the service takes; all when empty. */
  let valid: string[];
  let given: number;
  let lifeSeconds: unknown;
  let refusal: RawAnswer | null;
  const login = new RawService(
    () =>
      refusal ?? { body: { token_type: 'Bearer', expires_in: lifeSeconds, access_token: `token-${++given}-of-entra` } },
  );
  const service = new RawService(({ headers, path }) => {
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    if (valid.length > 0 && !valid.includes(token))
      return { status: 401, body: { error: { message: `No: ${token}` } } };
    return path === '/models' ? { body: { data: [] } } : said('Hi');
  });

  beforeAll(() => Promise.all([login.start(), service.start()]));
  beforeEach(() => {
    provider = new OpenAiProvider();
    [valid, given, lifeSeconds, refusal] = [[], 0, 3600, null];
    login.calls.length = service.calls.length = 0;
  });
  afterEach(() => provider.onApplicationShutdown());
  afterAll(() => Promise.all([login.stop(), service.stop()]));

  const connection = (): ProviderConnection => ({
    baseUrl: service.baseUrl,
    apiKey: null,
    isAzure: true,
    dialect: 'chat_completions',
    capabilities: defaultCapabilities(),
    entra: {
      loginUrl: new URL(login.baseUrl).origin,
      tenantId: 'tenant',
      clientId: 'app-id',
      clientSecret: SECRET,
      scope: 'https://cognitiveservices.azure.com/.default',
    },
  });

  async function ask(to = connection()): Promise<string> {
    let text = '';
    const items = [{ type: 'message' as const, role: 'user' as const, text: 'Hello' }];
    const request = {
      connection: to,
      model: 'm',
      instructions: '',
      items,
      tools: [],
      temperature: null,
      maxOutputTokens: null,
    };
    for await (const event of provider.stream(request, new AbortController().signal))
      if (event.type === 'text') text += event.text;
    return text;
  }
  const shown = () => service.calls.map(({ headers }) => headers.authorization);

  it('are asked for once for many calls, and shown in place of a key', async () => {
    await Promise.all([ask(), ask(), provider.listModels(connection())]);
    await ask();
    expect(login.calls).toHaveLength(1);
    const { path, text } = login.calls[0]!;
    expect(path).toBe('/tenant/oauth2/v2.0/token');
    expect(Object.fromEntries(new URLSearchParams(text))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app-id',
      client_secret: SECRET,
      scope: 'https://cognitiveservices.azure.com/.default',
    });
    expect(new Set(shown())).toEqual(new Set(['Bearer token-1-of-entra']));
    expect(service.calls.every(({ headers }) => !('api-key' in headers))).toBe(true);
  });

  it('are renewed once when the service refuses one', async () => {
    await ask();
    valid = ['token-2-of-entra'];
    expect(await ask()).toBe('Hi');
    expect(shown()).toEqual(['token-1', 'token-1', 'token-2'].map((token) => `Bearer ${token}-of-entra`));
    valid = ['none'];
    const failure = await ask().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'PROVIDER_AUTH_FAILED', providerStatus: 401 });
    expect(String(failure)).not.toContain('of-entra');
    expect(login.calls).toHaveLength(3);
  });

  it('are renewed while the last one is still good, and it is used until then', async () => {
    await ask();
    const start = Date.now();
    const now = jest.spyOn(Date, 'now');
    try {
      now.mockImplementation(() => start + 3400_000);
      refusal = { status: 503, body: {} };
      await ask();
      await eventually(() => login.calls.length >= 2);
      refusal = null;
      await ask();
      await eventually(async () => {
        await ask();
        return shown().at(-1) !== 'Bearer token-1-of-entra';
      });
      now.mockImplementation(() => start + 7400_000);
      refusal = { status: 503, body: {} };
      await expect(ask()).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
    } finally {
      now.mockRestore();
    }
  });

  it.each<[string, RawAnswer, RegExp]>([
    [
      'a wrong secret',
      refusedBy('invalid_client', 'AADSTS7000215'),
      /invalid_client, AADSTS7000215\): the client secret is wrong\.$/,
    ],
    ['an old secret', refusedBy('invalid_client', 'AADSTS7000222'), /the client secret has expired\.$/],
    ['another application', refusedBy('unauthorized_client', 'AADSTS700016'), /no application with this client id\.$/],
    ['something else', refusedBy('access_denied', 'AADSTS1'), /\(access_denied, AADSTS1\)\.$/],
    ['no reason', { status: 404, body: 'Not here' }, /\(404\)\.$/],
  ])('are not given for %s, which is said without a secret', async (_name, answer, detail) => {
    refusal = answer;
    const failure = await ask().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProviderError);
    expect(failure).toMatchObject({
      code: 'PROVIDER_AUTH_FAILED',
      retryable: false,
      message: expect.stringMatching(detail) as unknown,
    });
    expect(String(failure)).not.toMatch(/secret\b.*~|Trace|app-id/);
    expect([login.calls.length, service.calls.length]).toEqual([1, 0]);
    refusal = null;
    expect(await ask()).toBe('Hi');
  });

  it.each<[RawAnswer, string]>([
    [{ status: 503, body: {} }, 'PROVIDER_ERROR'],
    [{ body: { access_token: 'a b', expires_in: 3600 } }, 'PROVIDER_MALFORMED'],
    [{ body: { access_token: 'a', expires_in: 'soon' } }, 'PROVIDER_MALFORMED'],
    [{ body: '<html>', contentType: 'text/html' }, 'PROVIDER_MALFORMED'],
  ])('fail as %j deserves it: %s', async (answer, code) => {
    refusal = answer;
    await expect(ask()).rejects.toMatchObject({ code });
  });

  it('fail with a service that cannot be reached', async () => {
    const to = connection();
    to.entra!.loginUrl = 'http://127.0.0.1:1';
    await expect(ask(to)).rejects.toMatchObject({
      code: 'PROVIDER_UNREACHABLE',
      message: expect.stringMatching(/^The login service/) as unknown,
    });
  });

  it('are not waited for by a call that is given up', async () => {
    const leaving = new AbortController();
    const items = [{ type: 'message' as const, role: 'user' as const, text: 'Hello' }];
    const request = {
      connection: connection(),
      model: 'm',
      instructions: '',
      items,
      tools: [],
      temperature: null,
      maxOutputTokens: null,
    };
    const answer = provider.stream(request, leaving.signal)[Symbol.asyncIterator]();
    const first = answer.next();
    leaving.abort();
    expect(await first).toEqual({ done: true, value: undefined });
    await ask();
    expect(service.calls).toHaveLength(1);
  });
});
