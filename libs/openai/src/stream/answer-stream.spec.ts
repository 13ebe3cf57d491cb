import { chatStream, chunk, RawService, type RawAnswer } from '../../../../test/support/raw-service.js';
import { OpenAiProvider } from '../openai-provider.js';
import { defaultCapabilities } from '../probe/probe-requests.js';

describe('AnswerStream', () => {
  const provider = new OpenAiProvider();
  let answer: RawAnswer;
  let service: RawService;

  beforeAll(async () => {
    service = await new RawService(() => answer).start();
  });

  afterAll(async () => {
    await provider.onApplicationShutdown();
    await service.stop();
  });

  async function ask(): Promise<string> {
    const request = {
      connection: {
        baseUrl: service.baseUrl,
        apiKey: null,
        isAzure: false,
        dialect: 'chat_completions' as const,
        capabilities: defaultCapabilities(),
      },
      model: 'm',
      instructions: '',
      items: [{ type: 'message' as const, role: 'user' as const, text: 'Hello' }],
      tools: [],
      temperature: null,
      maxOutputTokens: null,
    };
    let text = '';
    for await (const event of provider.stream(request, new AbortController().signal))
      if (event.type === 'text') text += event.text;
    return text;
  }

  const events = chatStream(chunk({ content: 'Hello' }), chunk({}, 'stop'));
  const document = JSON.stringify({ choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] });

  // https://github.com/microsoft/foundry-dev-tools/issues/195 and https://github.com/decolua/9router/issues/3492
  it.each<[string, string, string]>([
    ['events as JSON', 'application/json', events],
    ['events as plain text', 'text/plain; charset=utf-8', events],
    ['events as anything', 'application/octet-stream', `\n${events}`],
    ['events after a comment', 'text/plain', `: hello\n\n${events}`],
    ['JSON as events', 'text/event-stream', document],
    ['JSON as plain text', 'text/plain', ` \n${document}`],
    ['JSON with the end of a stream', 'text/event-stream', `${document}\n\ndata: [DONE]\n\n`],
  ])('reads %s', async (_name, contentType, body) => {
    answer = { contentType, body };
    await expect(ask()).resolves.toBe('Hello');
  });

  it.each<[string, string, string]>([
    ['a page', '<html>Sign in</html>', 'PROVIDER_MALFORMED'],
    ['a page that says it is JSON', '<html>Sign in</html>', 'PROVIDER_MALFORMED'],
    ['words', 'dated news', 'PROVIDER_MALFORMED'],
    ['nothing', '', 'PROVIDER_INCOMPLETE'],
  ])('takes %s for no answer', async (name, body, code) => {
    answer = { contentType: name.includes('JSON') ? 'application/json' : 'text/event-stream', body };
    await expect(ask()).rejects.toMatchObject({ code });
  });
});
