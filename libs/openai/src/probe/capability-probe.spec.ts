import { FakeProvider, type FakeProviderOptions } from '../../../../test/support/fake-provider/fake-provider.mjs';
import { defaultCapabilities } from './probe-requests.js';
import { type BareConnection, OpenAiProvider } from '../openai-provider.js';
import { ProviderError } from '../errors/provider-error.js';

const KEY = 'sk-test-0123456789abcdef';

describe('OpenAiProvider', () => {
  let fake: FakeProvider;
  let provider: OpenAiProvider;
  let connection: BareConnection;

  async function serve(options: FakeProviderOptions = {}): Promise<void> {
    fake = new FakeProvider(options);
    await fake.start();
    connection = { baseUrl: fake.baseUrl, apiKey: KEY, isAzure: false };
  }

  beforeEach(() => {
    provider = new OpenAiProvider({ probeCallTimeoutMs: 1_000 });
  });

  afterEach(async () => {
    await provider.onApplicationShutdown();
    await fake.stop();
  });

  describe('probe', () => {
    it.each<[string, FakeProviderOptions, object]>([
      ['all there is', {}, {}],
      ['no streaming', { features: { streaming: false } }, { streaming: false, streamingUsage: false }],
      ['a refusal to stream', { features: { streaming: 'refused' } }, { streaming: false, streamingUsage: false }],
      ['no usage in streams', { features: { streamingUsage: false } }, { streamingUsage: false }],
      ['no tools', { features: { tools: false } }, { tools: false }],
      ['no JSON schema', { features: { jsonSchema: false } }, { jsonSchema: false }],
      ['no images', { features: { images: false } }, { images: false }],
    ])('finds %s in every dialect', async (_name, options, lacking) => {
      for (const dialect of ['responses', 'chat_completions', 'anthropic_messages'] as const) {
        await serve({ ...options, dialects: [dialect] });
        const result = await provider.probe(connection, null);
        expect(result).toEqual({
          reachable: true,
          dialect,
          capabilities: { ...defaultCapabilities(), ...lacking },
          models: [
            { id: 'fake-large', shutdownDate: null },
            { id: 'fake-old', shutdownDate: '2027-01-31' },
          ],
          probedModel: 'fake-large',
          latencyMs: expect.any(Number),
          problem: null,
        });
        await fake.stop();
      }
      await serve();
    });

    it('does without usage when a service refuses to be asked for it', async () => {
      await serve({ dialects: ['chat_completions'], features: { streamingUsage: 'refused' } });
      const { capabilities } = await provider.probe(connection, null);
      const adjustments = { 'fake-large': { omitted: ['stream_options'], arrangement: 'free', contextTokens: null } };
      expect(capabilities).toEqual({ ...defaultCapabilities(), streamingUsage: false, adjustments });
    });

    it('prefers Responses, and the model it is given', async () => {
      await serve();
      expect(await provider.probe(connection, 'my-model')).toMatchObject({
        dialect: 'responses',
        probedModel: 'my-model',
      });
      expect(new Set(fake.journal.requests.map((request) => request.body.model))).toEqual(new Set(['my-model']));
    });

    it('chooses the newest model that chats and is still served', async () => {
      const models = [
        { id: 'chat-2024', created: 1 },
        { id: 'chat-2026', created: 9 },
        { id: 'chat-2027', created: 10, shutdown_date: '2020-01-01' },
        { id: 'text-embedding-9', created: 11 },
        { id: 'whisper-9', created: 12 },
      ];
      await serve({ models });
      expect(await provider.probe(connection, null)).toMatchObject({ probedModel: 'chat-2026', problem: null });
    });

    it('goes on to another model when the first one does not answer', async () => {
      await serve({ models: [{ id: 'broken', created: 2 }, { id: 'fine', created: 1 }] }); // prettier-ignore
      fake.script((_message, body) => body.model === 'broken', { status: 404 });
      expect(await provider.probe(connection, null)).toMatchObject({ probedModel: 'fine', problem: null });
    });

    it.each<[string, FakeProviderOptions, object]>([
      ['a key that is refused', { apiKey: 'other' }, { reachable: true, problem: { code: 'PROVIDER_AUTH_FAILED' } }],
      ['a service without models', { models: [] }, { reachable: true, problem: { code: 'PROVIDER_MODEL_NOT_FOUND' } }],
      [
        'a service that speaks neither',
        { dialects: [] },
        { reachable: true, problem: { code: 'PROVIDER_REQUEST_REJECTED' } },
      ],
    ])('reports %s', async (_name, options, expected) => {
      await serve(options);
      const result = await provider.probe(connection, null);
      expect(result).toMatchObject({ dialect: null, latencyMs: null, ...expected });
      expect(JSON.stringify(result)).not.toContain('sk-');
    });

    it.each([
      ['modelNotFound', 'PROVIDER_MODEL_NOT_FOUND'],
      ['quota', 'PROVIDER_QUOTA_EXCEEDED'],
      ['html', 'PROVIDER_MALFORMED'],
      ['reset', 'PROVIDER_UNREACHABLE'],
    ])('reports a service whose answers are %s', async (fault, code) => {
      await serve();
      fake.script('default', { [fault]: true });
      expect(await provider.probe(connection, 'any')).toMatchObject({ dialect: null, problem: { code } });
    });

    it('reports a service that cannot be reached', async () => {
      await serve();
      await fake.stop();
      const result = await provider.probe(connection, 'any');
      expect(result).toMatchObject({ reachable: false, models: [], problem: { code: 'PROVIDER_UNREACHABLE' } });
    });

    it('ends within its time when the service hangs', async () => {
      await provider.onApplicationShutdown();
      provider = new OpenAiProvider({ probeTimeoutMs: 300 });
      await serve();
      fake.script('default', { hang: true });
      const result = await provider.probe(connection, null);
      expect(result).toMatchObject({ dialect: null, problem: { code: 'PROVIDER_TIMEOUT' } });
    });

    it('takes for honoured what the service was too busy to show', async () => {
      await serve();
      fake.script((_message, body) => body.tools !== undefined, { status: 429 });
      expect((await provider.probe(connection, null)).capabilities.tools).toBe(true);
    });
  });

  describe('listModels', () => {
    it('lists the models with the day they end', async () => {
      await serve({ apiKey: KEY });
      await expect(provider.listModels(connection)).resolves.toEqual([
        { id: 'fake-large', shutdownDate: null },
        { id: 'fake-old', shutdownDate: '2027-01-31' },
      ]);
    });

    it('shows its key the way Azure wants it', async () => {
      await serve({ apiKey: KEY });
      await expect(provider.listModels({ ...connection, isAzure: true })).resolves.toHaveLength(2);
    });

    it('throws what went wrong', async () => {
      await serve({ apiKey: 'other' });
      await expect(provider.listModels(connection)).rejects.toMatchObject({
        code: 'PROVIDER_AUTH_FAILED',
        providerStatus: 401,
      });
      await expect(provider.listModels({ ...connection, apiKey: null })).rejects.toBeInstanceOf(ProviderError);
      await fake.stop();
      await expect(provider.listModels(connection)).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
    });
  });
});
