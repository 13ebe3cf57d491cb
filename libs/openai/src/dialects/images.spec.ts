import { RawService, refused, type RawCall } from '../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../openai-provider.js';
import { defaultCapabilities } from '../probe/probe-requests.js';
import type { ProviderDialect, ProviderItem } from '../provider.types.js';

const PNG = 'data:image/png;base64,AAAA';
const ANSWERS: Record<ProviderDialect, unknown> = {
  responses: { output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }] },
  chat_completions: { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] },
  anthropic_messages: { content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' },
};
const SHOWN: Record<ProviderDialect, unknown[]> = {
  responses: [
    { type: 'input_text', text: 'What is it?' },
    { type: 'input_image', image_url: PNG, detail: 'auto' },
  ],
  chat_completions: [
    { type: 'text', text: 'What is it?' },
    { type: 'image_url', image_url: { url: PNG } },
  ],
  anthropic_messages: [
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
    { type: 'text', text: 'What is it?' },
  ],
};
const UNSEEN = '[The customer sent the picture a.png, which you cannot see.]\nWhat is it?';
const question: ProviderItem = {
  type: 'message',
  role: 'user',
  text: 'What is it?',
  images: [{ name: 'a.png', dataUrl: PNG }],
};

describe.each(['responses', 'chat_completions', 'anthropic_messages'] as const)('a picture in %s', (dialect) => {
  const provider = new OpenAiProvider();
  let service: RawService;
  let refusal: string | null;

  beforeAll(async () => {
    const isShown = ({ body }: RawCall): boolean => JSON.stringify(body).includes('AAAA');
    service = await new RawService((call) =>
      refusal !== null && isShown(call) ? refused(refusal) : { body: ANSWERS[dialect] },
    ).start();
  });
  beforeEach(() => {
    service.calls.length = 0;
    refusal = null;
  });
  afterAll(async () => {
    await provider.onApplicationShutdown();
    await service.stop();
  });

  async function ask(model: string, images = true): Promise<string> {
    const capabilities = { ...defaultCapabilities(), images };
    const connection = { baseUrl: service.baseUrl, apiKey: null, isAzure: false, dialect, capabilities };
    const bare = { instructions: '', tools: [], temperature: null, maxOutputTokens: null };
    let text = '';
    const stream = provider.stream({ connection, model, items: [question], ...bare }, new AbortController().signal);
    for await (const event of stream) if (event.type === 'text') text += event.text;
    return text;
  }

  const content = (): unknown => {
    const { input, messages } = service.calls.at(-1)!.body;
    return ((input ?? messages) as { content: unknown }[])[0]!.content;
  };
  const words = (): unknown => {
    const said = content();
    return Array.isArray(said) ? (said as { text: string }[])[0]!.text : said;
  };

  it('is shown with its question', async () => {
    await expect(ask('a')).resolves.toBe('Hi');
    expect(content()).toEqual(SHOWN[dialect]);
  });

  it('is told of where the service does not see', async () => {
    await expect(ask('b', false)).resolves.toBe('Hi');
    expect(words()).toBe(UNSEEN);
  });

  it.each([
    // https://github.com/ggml-org/llama.cpp/issues/14113
    ['c', 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj', 3],
    ['d', 'The image data you provided does not represent a valid image.', 4],
  ])('is left out when model %s refuses it (%s)', async (model, said, calls) => {
    refusal = said;
    await expect(ask(model)).resolves.toBe('Hi');
    expect(words()).toBe(UNSEEN);
    await expect(ask(model)).resolves.toBe('Hi');
    expect(service.calls).toHaveLength(calls);
  });
});
