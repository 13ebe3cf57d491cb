import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { SERVICES } from '../../support/fake-provider/dialects/index.mjs';
import { FakeProvider } from '../../support/fake-provider/fake-provider.mjs';
import { bearer } from '../../support/http-client.js';

const admin = bearer(ADMIN_KEY);

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from('%PDF-1.7\n%%EOF\n');

type Item = { role: string; content: string | { type: string; text?: string; image_url?: string }[] };

async function upload(server: ChatServer, chatId: string, name: string, bytes: Buffer): Promise<void> {
  const { status } = await fetch(`${server.app.url}/api/chats/${chatId}/downloads/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream', ...admin },
    body: new Uint8Array(bytes),
  });
  expect(status).toBe(200);
}

describe('files of customers', () => {
  let server: ChatServer;
  let chatId: string;

  beforeAll(async () => {
    server = await ChatServer.start();
  });
  beforeEach(async () => {
    chatId = await server.createChat(admin);
  });
  afterAll(() => server.stop());

  const asked = (): Item[] => {
    const { body } = server.provider.journal.last!;
    return (body['input'] ?? body['messages']) as Item[];
  };

  it('are shown to the model with their question, also later on', async () => {
    await upload(server, chatId, 'photo.png', PNG);
    await server.complete(chatId, 'What is in the picture?', admin);
    const [first] = asked();
    expect(JSON.stringify(first)).toContain(`data:image/png;base64,${PNG.toString('base64')}`);
    await server.complete(chatId, 'And what else?', admin);
    expect(asked()).toHaveLength(3);
    expect(asked()[0]).toEqual(first);
    expect(JSON.stringify(asked().slice(1))).not.toContain('data:image');
  });

  it('that the service may not read are named', async () => {
    await upload(server, chatId, 'terms.pdf', PDF);
    await server.complete(chatId, 'What does it say?', admin);
    expect(asked().map(({ content }) => content)).toEqual([
      '[The customer sent the file terms.pdf, which you cannot read.]\nWhat does it say?',
    ]);
  });
});

describe('documents of customers', () => {
  const azure = SERVICES.find(({ pastedWith }) => pastedWith?.includes('api-version'))!;
  const fileData = `data:application/pdf;base64,${PDF.toString('base64')}`;
  let server: ChatServer;
  let provider: FakeProvider;
  let chatId: string;

  beforeAll(async () => {
    provider = new FakeProvider({ service: azure });
    await provider.start();
    server = await ChatServer.start({
      OPENAI_BASE_URL: provider.baseUrl + azure.pastedWith!,
      OPENAI_MODEL: 'our-deployment',
    });
  });
  beforeEach(async () => {
    provider.reset();
    chatId = await server.createChat(admin);
    await upload(server, chatId, 'terms.pdf', PDF);
  });
  afterAll(async () => {
    await server.stop();
    await provider.stop();
  });

  /** Refuses every request that shows a document. */
  const refuse = (message: string): unknown =>
    provider.script((_said, body) => JSON.stringify(body).includes(fileData), { status: 400, message });
  const isShown = (): boolean[] =>
    provider.journal.requests
      .filter(({ userMessage }) => userMessage.includes('What'))
      .map(({ body }) => JSON.stringify(body).includes(fileData));

  it('are sent to services that read them, with their question', async () => {
    const { status } = await server.complete(chatId, 'What does it say?', admin);
    expect(status).toBe(200);
    const asked = provider.journal.requests.find(({ userMessage }) => userMessage.includes('What'))!;
    expect((asked.body['messages'] as Item[]).at(-1)).toEqual({
      role: 'user',
      content: [
        { type: 'text', text: 'What does it say?' },
        { type: 'file', file: { filename: 'terms.pdf', file_data: fileData } },
      ],
    });
  });

  it('that are spoilt are left out, and the chat goes on', async () => {
    refuse('encrypted PDFs are not supported');
    expect((await server.complete(chatId, 'What does it say?', admin)).status).toBe(200);
    expect((await server.complete(chatId, 'What else?', admin)).status).toBe(200);
    expect(isShown()).toEqual([true, false, true, false]);
    const asked = provider.journal.requests.findLast(({ userMessage }) => userMessage.includes('What'))!;
    expect(JSON.stringify(asked.body)).toContain('[The customer sent the file terms.pdf, which you cannot read.]');
  });

  it('are not sent again to a model that reads none', async () => {
    refuse('This model does not support file content types.');
    expect((await server.complete(chatId, 'What does it say?', admin)).status).toBe(200);
    expect((await server.complete(chatId, 'What else?', admin)).status).toBe(200);
    expect(isShown()).toEqual([true, false, false]);
  });
});
