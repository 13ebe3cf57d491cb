import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { bearer } from '../../support/http-client.js';

const admin = bearer(ADMIN_KEY);

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from('%PDF-1.7\n%%EOF\n');

type Item = { role: string; content: string | { type: string; text?: string; image_url?: string }[] };

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

  async function upload(name: string, bytes: Buffer): Promise<void> {
    const { status } = await fetch(`${server.app.url}/api/chats/${chatId}/downloads/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', ...admin },
      body: new Uint8Array(bytes),
    });
    expect(status).toBe(200);
  }
  const asked = (): Item[] => {
    const { body } = server.provider.journal.last!;
    return (body['input'] ?? body['messages']) as Item[];
  };

  it('are shown to the model with their question, also later on', async () => {
    await upload('photo.png', PNG);
    await server.complete(chatId, 'What is in the picture?', admin);
    const [first] = asked();
    expect(JSON.stringify(first)).toContain(`data:image/png;base64,${PNG.toString('base64')}`);
    await server.complete(chatId, 'And what else?', admin);
    expect(asked()).toHaveLength(3);
    expect(asked()[0]).toEqual(first);
    expect(JSON.stringify(asked().slice(1))).not.toContain('data:image');
  });

  it('that no model is shown are named', async () => {
    await upload('terms.pdf', PDF);
    await server.complete(chatId, 'What does it say?', admin);
    expect(asked().map(({ content }) => content)).toEqual([
      '[The customer sent the file terms.pdf, which you cannot read.]\nWhat does it say?',
    ]);
  });
});
