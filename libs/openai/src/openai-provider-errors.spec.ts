import { type AddressInfo, createServer, type Server } from 'node:net';
import { expectedText } from '../../../test/support/fake-provider/fake-provider.mjs';
import {
  DIALECTS,
  KEY,
  notStreaming,
  ProviderSetup,
  textOf,
} from '../../../test/support/fake-provider/provider-setup.js';
import type { ProviderError } from './errors/provider-error.js';
import { defaultCapabilities } from './probe/probe-requests.js';

const setup = new ProviderSetup();
const { fake } = setup;
beforeAll(() => setup.start());
afterEach(() => setup.reset());
afterAll(() => setup.stop());

describe.each(DIALECTS)('errors of OpenAiProvider over %s', (dialect) => {
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
    ['[[status=429 retryAfter=9999]]', 'PROVIDER_RATE_LIMITED', { retryable: true, retryAfterSeconds: 3600 }],
    ['[[quota]]', 'PROVIDER_QUOTA_EXCEEDED', { retryable: false, providerStatus: 429 }],
    ['[[status=500]]', 'PROVIDER_ERROR', { retryable: true, providerStatus: 500 }],
    ['[[status=503 retryAfter=1]]', 'PROVIDER_ERROR', { retryable: true, retryAfterSeconds: 1 }],
    ['[[reset]]', 'PROVIDER_UNREACHABLE', { retryable: true, providerStatus: null }],
    ['[[hang]]', 'PROVIDER_TIMEOUT', { retryable: true }],
    ['[[html]]', 'PROVIDER_MALFORMED', { retryable: false }],
    ['[[big=5000000]]', 'PROVIDER_MALFORMED', { retryable: false }],
  ])('maps %s to %s, streamed or not', async (directive, code, properties) => {
    for (const capabilities of [defaultCapabilities(), notStreaming]) {
      const asked = setup.request(dialect, `Hello ${directive}`);
      asked.connection.capabilities = capabilities;
      const { error } = await setup.failure(asked);
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
    const { text, error } = await setup.failure(setup.request(dialect, message));
    expect(text).not.toBe('');
    expect(expectedText(message).startsWith(text)).toBe(true);
    expect(error).toMatchObject({ code, retryable });
  });

  it.each<[string, string]>([
    ['[[half]]', 'PROVIDER_INCOMPLETE'],
    ['[[malformed]]', 'PROVIDER_MALFORMED'],
    ['[[stall]]', 'PROVIDER_TIMEOUT'],
  ])('maps %s of a whole answer to %s', async (directive, code) => {
    const asked = setup.request(dialect, `Hello ${directive}`);
    asked.connection.capabilities = notStreaming;
    expect((await setup.failure(asked)).error.code).toBe(code);
  });

  it('makes one attempt per call, and the next one can succeed', async () => {
    const asked = setup.request(dialect, 'Hello [[fail=2 status=500]]');
    expect((await setup.failure(asked)).error.code).toBe('PROVIDER_ERROR');
    expect((await setup.failure(asked)).error.code).toBe('PROVIDER_ERROR');
    expect(textOf(await setup.collect(asked))).toBe(expectedText('Hello [[fail=2 status=500]]'));
    expect(fake.journal.count).toBe(3);
  });
});

describe('errors of OpenAiProvider', () => {
  it('never repeats a key, whatever the service says', async () => {
    const message = `Key ${KEY} and sk-proj-abcdefghijkl and https://u:p4ss@host/ and abc***xyz`;
    fake.script('default', { status: 401, message });
    const { error } = await setup.failure(setup.request('responses', 'Hello'));
    expect(error.message).toBe(
      'The model service answered 401: Key [redacted] and [redacted] and https://[redacted]@host/ and [redacted]',
    );
    const wrong = setup.request('responses', 'Hello');
    wrong.connection.apiKey = 'a wrong\nkey';
    expect((await setup.failure(wrong)).error).toMatchObject({ code: 'PROVIDER_AUTH_FAILED', retryable: false });
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
    const asked = setup.request('responses', 'Hello');
    asked.connection.baseUrl = `http://127.0.0.1:${port}/v1`;
    const { error } = await setup.failure(asked);
    expect(error.code).toBe(name.includes('HTTP') ? 'PROVIDER_MALFORMED' : 'PROVIDER_UNREACHABLE');
    server.close();
  });

  it('has an error for a name that does not exist', async () => {
    const asked = setup.request('responses', 'Hello');
    asked.connection.baseUrl = 'http://no-such-host.invalid/v1';
    expect((await setup.failure(asked)).error).toMatchObject({ code: 'PROVIDER_UNREACHABLE', retryable: true });
  });
});
