import { ChatServer } from '../../support/chat-server.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';

/** Every way in which a stream ends, held against the document. */
describe('streams are as documented', () => {
  const validator = new OpenApiValidator();
  let server: ChatServer;
  beforeEach(async () => {
    server = await ChatServer.start();
    hasStopped = false;
  });
  let hasStopped = false;
  const stop = async (): Promise<void> => {
    if (!hasStopped) await server.stop();
    hasStopped = true;
  };
  afterEach(stop);

  /** `text` is the whole stream; it fails when that is not as documented. */
  const open = async (path: string, body?: object): Promise<{ text: Promise<string>; started: Promise<void> }> => {
    const method = body ? 'POST' : 'GET';
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
    const response = await fetch(server.app.url + path, { method, headers, body: body && JSON.stringify(body) });
    let start!: () => void;
    const started = new Promise<void>((resolve) => (start = resolve));
    const read = async (): Promise<string> => {
      let text = '';
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        start();
      }
      await validator.check(method, path, new Response(text, response));
      return text;
    };
    return { text: read(), started };
  };
  const lastEvent = (text: string): string[] => text.trim().split('\n\n').at(-1)!.split('\n').slice(-2);
  const complete = (chatId: string, userMessage: string) => open(`/api/chats/${chatId}/completions`, { userMessage });

  it('when the bot has answered', async () => {
    const { text } = await complete(await server.createChat(), 'Hi');
    expect(lastEvent(await text)).toEqual(['event: turn.ended', expect.stringContaining('"status":"completed"')]);
  });

  it('when a person holds the chat', async () => {
    const chatId = await server.createChat();
    await server.asAdmin('POST', `/api/takeover/chats/${chatId}/claim`, {});
    const { text } = await complete(chatId, 'Hi');
    expect(lastEvent(await text)).toEqual([
      'event: turn.ended',
      expect.stringMatching(/^data: {"status":"handed_over"/),
    ]);
  });

  it('when the server stops', async () => {
    const chatId = await server.createChat();
    await server.complete(chatId, 'Hi');
    const { text, started } = await open(`/api/chats/${chatId}/events`);
    await started;
    await stop();
    expect(lastEvent(await text)).toEqual(['event: stream.closed', 'data: {"reason":"shutdown"}']);
  });

  it('when the chat is deleted', async () => {
    const chatId = await server.createChat();
    await server.complete(chatId, 'Hi');
    const { text, started } = await open(`/api/chats/${chatId}/events`);
    await started;
    await server.call('DELETE', `/api/chats/${chatId}`);
    const [event, data] = lastEvent(await text);
    expect([event, data]).toEqual(['event: error', expect.stringMatching(/^data: {"problem":{.*"code":"NOT_FOUND"/)]);
  });

  it('and every operation says that it may not be available', () => {
    const without = validator.operations.filter(({ id }) => !validator.documents(id, 503));
    expect(without).toEqual([]);
  });

  it('is not satisfied by what it does not know', async () => {
    const stream = (data: string) =>
      new Response(`data: ${data}\n\n`, { headers: { 'content-type': 'text/event-stream' } });
    const path = '/api/chats/x/completions';
    await expect(validator.check('POST', path, stream('{"reason":"boredom"}'))).rejects.toThrow();
    await expect(validator.check('POST', path, stream('{"problem":{"status":"x"}}'))).rejects.toThrow();
    await expect(validator.check('POST', path, stream('{"reason":"shutdown"}'))).resolves.toBeUndefined();
  });
});
