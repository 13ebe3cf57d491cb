import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { createBot, nothing, problem } from './bots.support.js';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('images of bots', () => {
  let server: ChatServer;
  let botId: string;
  beforeAll(async () => {
    server = await ChatServer.start();
    botId = await createBot(server);
  }, 60_000);
  afterAll(() => server.stop());

  const upload = (bytes: Buffer, headers: Record<string, string> = { 'content-type': 'image/png' }) =>
    server.call('PUT', `/api/admin/bots/${botId}/image`, bytes, { authorization: `Bearer ${ADMIN_KEY}`, ...headers });
  const show = (headers: Record<string, string> = {}) =>
    fetch(`${server.app.url}/api/bots/botimage/${botId}`, { headers });

  it('are taken for what they are and shown as nothing else', async () => {
    problem(await server.call('GET', `/api/bots/botimage/${botId}`), 404, 'NOT_FOUND');
    nothing(await upload(PNG, { 'content-type': 'text/html' }));
    const shown = await show();
    expect(Buffer.from(await shown.arrayBuffer()).equals(PNG)).toBe(true);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(PNG.length),
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
    });
    const etag = shown.headers.get('etag')!;
    const again = await show({ 'if-none-match': etag });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
  });

  it('are removed', async () => {
    await upload(PNG);
    nothing(await server.asAdmin('DELETE', `/api/admin/bots/${botId}/image`));
    expect((await show()).status).toBe(404);
  });

  it('that are something else, too large or nothing at all are refused', async () => {
    problem(await upload(Buffer.from('<script>alert(1)</script>')), 415, 'UNSUPPORTED_MEDIA_TYPE');
    problem(await upload(Buffer.alloc(0)), 415, 'UNSUPPORTED_MEDIA_TYPE');
    problem(await upload(Buffer.concat([PNG, Buffer.alloc(2 * 1024 * 1024)])), 413, 'PAYLOAD_TOO_LARGE');
    const bomb = Buffer.from(PNG);
    bomb.writeUInt32BE(100_000, 16);
    problem(await upload(bomb), 400, 'VALIDATION_FAILED');
    expect((await show()).status).toBe(404);
  });
});
