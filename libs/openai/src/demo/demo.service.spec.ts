import { defaultCapabilities } from '../probe/probe-requests.js';
import { demoAnswer } from './demo-brain.js';
import { DEMO_MODEL, DemoService } from './demo.service.js';
import { OpenAiProvider } from '../openai-provider.js';
import type { ProviderDialect, ProviderEvent } from '../provider.types.js';

describe('DemoService', () => {
  const demo = new DemoService();
  const provider = new OpenAiProvider();
  let baseUrl: string;

  beforeAll(async () => {
    ({ baseUrl } = await demo.start());
  });

  afterAll(async () => {
    await demo.stop();
    await provider.onApplicationShutdown();
  });

  async function ask(
    dialect: ProviderDialect,
    text: string,
    streaming = true,
    model = DEMO_MODEL,
  ): Promise<ProviderEvent[]> {
    const capabilities = { ...defaultCapabilities(), streaming };
    const request = {
      connection: { baseUrl, apiKey: null, isAzure: false, dialect, capabilities },
      model,
      instructions: 'Be brief.',
      items: [{ type: 'message' as const, role: 'user' as const, text }],
      tools: [],
      temperature: null,
      maxOutputTokens: null,
    };
    const events: ProviderEvent[] = [];
    for await (const event of provider.stream(request, new AbortController().signal)) events.push(event);
    return events;
  }

  const textOf = (events: ProviderEvent[]): string =>
    events.map((event) => (event.type === 'text' ? event.text : '')).join('');

  it.each<ProviderDialect>(['responses', 'chat_completions', 'anthropic_messages'])(
    'streams its answer over %s, piece by piece',
    async (dialect) => {
      const events = await ask(dialect, 'Thank you!');
      expect(textOf(events)).toBe(demoAnswer('Thank you!'));
      expect(events.filter((event) => event.type === 'text').length).toBeGreaterThan(5);
      expect(events.slice(-2)).toEqual([
        { type: 'usage', usage: expect.objectContaining({ outputTokens: expect.any(Number) }) },
        { type: 'done', reason: 'stop' },
      ]);
    },
  );

  it.each<ProviderDialect>(['responses', 'chat_completions', 'anthropic_messages'])(
    'answers at once over %s',
    async (dialect) => {
      expect(textOf(await ask(dialect, 'Wer bist du?', false))).toBe(demoAnswer('Wer bist du?'));
    },
  );

  it.each<[ProviderDialect, string]>([
    ['responses', 'gpt-4o'],
    ['chat_completions', 'gpt-4o'],
    ['chat_completions', 'meta-llama/Llama-3.3 (70B)'],
  ])('answers over %s for the model %s, too, and says that it is the demo', async (dialect, model) => {
    const answer = textOf(await ask(dialect, 'Hello', false, model));
    expect(answer).toBe(demoAnswer('Hello'));
    expect(answer).toMatch(/^\[Demo\] /);
  });

  it('is started once and lists one model', async () => {
    await expect(demo.start()).resolves.toEqual({ baseUrl });
    expect(baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    await expect(provider.listModels({ baseUrl, apiKey: null, isAzure: false })).resolves.toMatchObject({
      models: [{ id: DEMO_MODEL, shutdownDate: null }],
    });
  });

  it('can be stopped before it is started, and started again', async () => {
    const other = new DemoService();
    await other.stop();
    const first = await other.start();
    await other.stop();
    await expect(fetch(`${first.baseUrl}/models`)).rejects.toThrow('fetch failed');
    await expect(other.start()).resolves.toHaveProperty('baseUrl');
    await other.stop();
  });
});

describe('demoAnswer', () => {
  it.each([
    ['Hello', 'Hello! I am the demo'],
    ['Hallo!', 'Hallo! Ich bin die Demo'],
    ['What is Baton?', 'Baton is a self-hosted chat backend'],
    ['Was ist Baton?', 'Baton ist ein Chat-Backend'],
    ['How does streaming work?', 'You are watching a stream'],
    ['Wie funktioniert das Streaming?', 'Das hier ist ein Stream'],
    ['Can a human take over?', 'A person can take over'],
    ['Kann ein Mensch den Chat übernehmen?', 'Ein Mensch kann jeden Chat'],
    ['How do I configure a real service?', 'To replace this demo'],
    ['Wie richte ich einen echten Dienst ein?', 'Um diese Demo'],
    ['The sky above the port', 'You wrote: “The sky above the port”'],
    ['Der Himmel über dem Hafen', 'Du hast geschrieben: „Der Himmel über dem Hafen“'],
    ['', 'You wrote: “”'],
  ])('answers %j', (question, beginning) => {
    expect(demoAnswer(question).startsWith(`[Demo] ${beginning}`)).toBe(true);
  });

  it('quotes only the beginning of a long message', () => {
    expect(demoAnswer('🙂'.repeat(10_000)).length).toBeLessThan(1200);
  });
});
