import { RawService, refused, type RawCall } from '../../../../test/support/raw-service.js';
import { originOf } from '../dialects/origin.js';
import { OpenAiProvider } from '../openai-provider.js';
import { defaultCapabilities } from '../probe/probe-requests.js';
import type { ProviderRequest } from '../provider.types.js';

describe('a service that refuses what was kept', () => {
  const provider = new OpenAiProvider();
  const answer = { output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }] };
  let service: RawService;
  let refusal: (call: RawCall) => string | null;

  beforeAll(async () => {
    service = await new RawService((call) => {
      const said = refusal(call);
      return said === null ? { body: answer } : refused(said);
    }).start();
  });
  beforeEach(() => {
    service.calls.length = 0;
  });
  afterAll(async () => {
    await provider.onApplicationShutdown();
    await service.stop();
  });

  /** The third message of a conversation on a model of its own. */
  async function ask(model: string): Promise<string> {
    const { baseUrl } = service;
    const connection = { baseUrl, apiKey: null, isAzure: false, capabilities: defaultCapabilities() };
    const place = { connection: { ...connection, dialect: 'responses' as const }, model };
    const origin = originOf(place);
    const request: ProviderRequest = {
      ...place,
      instructions: '',
      items: [
        { type: 'message', role: 'user', text: 'one' },
        { type: 'carried', value: { type: 'reasoning', encrypted_content: 'gAAA' }, isLasting: true, origin },
        { type: 'message', role: 'assistant', text: 'two', extra: { phase: 'final_answer' }, origin },
        { type: 'message', role: 'user', text: 'three' },
      ],
      tools: [],
      temperature: null,
      maxOutputTokens: null,
    };
    let text = '';
    for await (const event of provider.stream(request, new AbortController().signal))
      if (event.type === 'text') text += event.text;
    return text;
  }

  const sent = (): string => JSON.stringify(service.calls.at(-1)?.body);

  it('is sent it as long as it does not', async () => {
    refusal = () => null;
    await expect(ask('a')).resolves.toBe('Hi');
    expect(sent()).toContain('gAAA');
    expect(sent()).toContain('"include":["reasoning.encrypted_content"]');
  });

  it.each([
    // https://github.com/openai/codex/issues/8128
    ['b', 'The encrypted content gAAA...ng== could not be verified.'],
    ['c', "Item 'rs_1' of type 'reasoning' was provided without its required following item."],
  ])('like model %s, answers without it at once and from then on: %s', async (model, said) => {
    refusal = ({ body }) => (JSON.stringify(body).includes('gAAA') ? said : null);
    await expect(ask(model)).resolves.toBe('Hi');
    expect(service.calls).toHaveLength(2);
    await expect(ask(model)).resolves.toBe('Hi');
    expect(service.calls).toHaveLength(3);
    expect(sent()).not.toContain('phase');
  });

  it('does not have to encrypt anything', async () => {
    refusal = ({ body }) => (body['include'] ? "Encrypted content is not supported with this model: 'include'." : null);
    await expect(ask('d')).resolves.toBe('Hi');
    expect(service.calls).toHaveLength(2);
  });
});
