import { MODEL_CAPABILITIES, MODEL_DIALECTS, type ModelCapability } from '@app/contracts';
import { FakeProvider, type FakeProviderOptions } from '../../../../test/support/fake-provider/fake-provider.mjs';
import { defaultCapabilities } from './probe-requests.js';
import { OpenAiProvider } from '../openai-provider.js';
import { ProviderError } from '../errors/provider-error.js';
import type { BareConnection, ProviderModel } from '../provider.types.js';

const KEY = 'sk-test-0123456789abcdef';

const listed = (id: string, shutdownDate: string | null = null): ProviderModel => ({
  id,
  shutdownDate,
  replacedBy: null,
  contextTokens: null,
});

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
    it.each<[string, FakeProviderOptions, ModelCapability[]]>([
      ['all there is', {}, []],
      ['no streaming', { features: { streaming: false } }, ['streaming', 'streamingUsage']],
      ['a refusal to stream', { features: { streaming: 'refused' } }, ['streaming', 'streamingUsage']],
      ['no usage in streams', { features: { streamingUsage: false } }, ['streamingUsage']],
      ['no tools', { features: { tools: false } }, ['tools', 'forcedTools', 'parallelTools']],
      ['one call at a time', { features: { parallelTools: false } }, ['parallelTools']],
      ['no JSON schema', { features: { jsonSchema: false } }, ['jsonSchema']],
      ['no images', { features: { images: false } }, ['images']],
    ])('finds %s in every dialect', async (_name, options, lacking) => {
      const capabilities = defaultCapabilities();
      for (const name of lacking) if (name in capabilities) capabilities[name as 'tools'] = false;
      for (const dialect of ['responses', 'chat_completions', 'anthropic_messages'] as const) {
        await serve({ ...options, dialects: [dialect] });
        const result = await provider.probe(connection, null);
        expect(result).toEqual({
          reachable: true,
          dialect,
          capabilities,
          matrix: expect.anything(),
          list: { models: [listed('fake-large'), listed('fake-old', '2027-01-31')], isComplete: true },
          probedModel: 'fake-large',
          latencyMs: expect.any(Number),
          problem: null,
        });
        const { matrix } = result;
        expect(MODEL_CAPABILITIES.filter((name) => matrix.capabilities[name].support !== 'yes')).toEqual(lacking);
        for (const name of lacking)
          expect(matrix.capabilities[name]).toMatchObject({ support: 'no', reason: expect.any(String) });
        expect(MODEL_DIALECTS.filter((name) => matrix.endpoints[name].support === 'yes')).toEqual([dialect]);
        expect(matrix.firstTokenMs === null).toBe(lacking.includes('streaming'));
        await fake.stop();
      }
      await serve();
    });

    it('finds every dialect that is spoken, and chooses one', async () => {
      await serve({ dialects: ['chat_completions', 'anthropic_messages'] });
      const { dialect, matrix } = await provider.probe(connection, null);
      expect(dialect).toBe('chat_completions');
      expect(matrix.endpoints).toEqual({
        responses: { support: 'no', reason: expect.stringContaining('404'), code: 'PROVIDER_REQUEST_REJECTED' },
        chat_completions: { support: 'yes', reason: null, code: null },
        anthropic_messages: { support: 'yes', reason: null, code: null },
      });
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
      expect(result).toMatchObject({ reachable: false, list: null, problem: { code: 'PROVIDER_UNREACHABLE' } });
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
      const { capabilities, matrix } = await provider.probe(connection, null);
      expect(capabilities.tools).toBe(true);
      for (const name of ['tools', 'forcedTools', 'parallelTools'] as const)
        expect(matrix.capabilities[name]).toMatchObject({ support: 'unknown', code: 'PROVIDER_RATE_LIMITED' });
      expect(matrix.capabilities.images.support).toBe('yes');
    });
  });

  describe('listModels', () => {
    it('lists the models with the day they end', async () => {
      await serve({ apiKey: KEY });
      await expect(provider.listModels(connection)).resolves.toEqual({
        models: [listed('fake-large'), listed('fake-old', '2027-01-31')],
        isComplete: true,
      });
    });

    it('shows its key the way Azure wants it', async () => {
      await serve({ apiKey: KEY });
      await expect(provider.listModels({ ...connection, isAzure: true })).resolves.toMatchObject({ isComplete: true });
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
