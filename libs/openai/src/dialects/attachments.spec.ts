import { RawService, refused, type RawCall } from '../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../openai-provider.js';
import { attachmentTokens, shows } from './attachments.js';
import { defaultCapabilities } from '../probe/probe-requests.js';
import type { ProviderAttachment, ProviderDialect, ProviderItem } from '../provider.types.js';

const PDF = 'data:application/pdf;base64,JVBERi0=';
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
const READ: Record<ProviderDialect, unknown[]> = {
  responses: [
    { type: 'input_text', text: 'What is it?' },
    { type: 'input_file', filename: 'a.pdf', file_data: PDF },
  ],
  chat_completions: [
    { type: 'text', text: 'What is it?' },
    { type: 'file', file: { filename: 'a.pdf', file_data: PDF } },
  ],
  anthropic_messages: [
    {
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
      title: 'a.pdf',
    },
    { type: 'text', text: 'What is it?' },
  ],
};
const UNREAD = '[The customer sent the file a.pdf, which you cannot read.]\nWhat is it?';
const UNSEEN = '[The customer sent the picture a.png, which you cannot see.]\nWhat is it?';
const picture: ProviderAttachment = { kind: 'image', name: 'a.png', dataUrl: PNG };
const document: ProviderAttachment = { kind: 'document', name: 'a.pdf', dataUrl: PDF };

describe.each(['responses', 'chat_completions', 'anthropic_messages'] as const)(
  'what a customer sent, in %s',
  (dialect) => {
    const provider = new OpenAiProvider();
    let service: RawService;
    let refusal: string | null;
    let isShown: RegExp;

    beforeAll(async () => {
      const isRefused = ({ body }: RawCall): boolean => isShown.test(JSON.stringify(body));
      service = await new RawService((call) =>
        refusal !== null && isRefused(call) ? refused(refusal) : { body: ANSWERS[dialect] },
      ).start();
    });
    beforeEach(() => {
      service.calls.length = 0;
      refusal = null;
      isShown = /AAAA|JVBERi0=/;
    });
    afterAll(async () => {
      await provider.onApplicationShutdown();
      await service.stop();
    });

    interface Asked {
      attachments?: ProviderAttachment[];
      images?: boolean;
      isAzure?: boolean;
    }
    async function ask(model: string, asked: Asked = {}): Promise<string> {
      const { attachments = [picture], images = true, isAzure = false } = asked;
      const question: ProviderItem = { type: 'message', role: 'user', text: 'What is it?', attachments };
      const capabilities = { ...defaultCapabilities(), images };
      const connection = { baseUrl: service.baseUrl, apiKey: null, isAzure, dialect, capabilities };
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

    const read = (model: string, more: ProviderAttachment[] = []): Promise<string> =>
      ask(model, { attachments: [document, ...more], isAzure: true });

    it('is shown with its question, if it is a picture', async () => {
      await expect(ask('a')).resolves.toBe('Hi');
      expect(content()).toEqual(SHOWN[dialect]);
    });

    it('is told of where the service does not see', async () => {
      await expect(ask('b', { images: false })).resolves.toBe('Hi');
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

    it('is read with its question, if it is a document', async () => {
      await expect(read('e')).resolves.toBe('Hi');
      expect(content()).toEqual(READ[dialect]);
    });

    it('is told of where documents may be passed over in silence', async () => {
      await expect(ask('e', { attachments: [document] })).resolves.toBe('Hi');
      expect(words()).toBe(UNREAD);
    });

    it.each([
      // A model that reads no files.
      ['f', "Invalid Value: 'file'. This model does not support file content types.", 3],
      // https://github.com/github/app/issues/3266
      ['g', 'encrypted PDFs are not supported', 4],
      // https://github.com/anthropics/claude-code/issues/5174
      ['h', 'messages.0.content.0.pdf.source.base64.data: The PDF specified was not valid.', 4],
      ['i', 'Something is wrong.', 4],
      ['j', 'maximum context length is 1000 tokens', 4],
    ])('is left out when model %s refuses the document (%s)', async (model, said, calls) => {
      refusal = said;
      await expect(read(model)).resolves.toBe('Hi');
      expect(words()).toBe(UNREAD);
      await expect(read(model)).resolves.toBe('Hi');
      expect(service.calls).toHaveLength(calls);
    });

    it('is left out alone when the other kind is not refused', async () => {
      isShown = /JVBERi0=/;
      refusal = 'The PDF is corrupt.';
      await expect(read('k', [picture])).resolves.toBe('Hi');
      expect(JSON.stringify(content())).toContain('AAAA');
    });
  },
);

describe('where documents are offered', () => {
  const request = (baseUrl: string, isAzure = false): Parameters<typeof shows>[0] => ({
    connection: { baseUrl, apiKey: null, isAzure, dialect: 'responses', capabilities: defaultCapabilities() },
    items: [{ type: 'message', role: 'user', text: '?', attachments: [document] }],
  });

  it.each([
    ['https://api.openai.com/v1', true],
    ['https://eu.api.openai.com/v1', true],
    ['https://api.anthropic.com/v1', true],
    ['https://api.openai.com.example.org/v1', false],
    ['https://api.mistral.ai/v1', false],
    ['http://localhost:11434/v1', false],
  ])('%s: %s', (baseUrl, isOffered) => {
    expect(shows(request(baseUrl), 'document', [])).toBe(isOffered);
  });

  it('Azure, unless it was refused', () => {
    const azure = request('https://example.openai.azure.com/openai/v1', true);
    expect(shows(azure, 'document', [])).toBe(true);
    expect(shows(azure, 'document', ['documents'])).toBe(false);
  });

  it('counts a document by its size', () => {
    const ofBytes = (bytes: number): ProviderAttachment => ({ ...document, dataUrl: 'A'.repeat((bytes * 4) / 3) });
    expect([30_000, 300_000, 3_000_000].map((bytes) => attachmentTokens([ofBytes(bytes)]))).toEqual([1500, 4500, 8000]);
  });
});
