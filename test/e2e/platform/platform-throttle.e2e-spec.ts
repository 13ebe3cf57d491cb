import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';

describe('what is refused before a caller is known', () => {
  let server: ChatServer;
  beforeAll(async () => (server = await ChatServer.start({ THROTTLE_ANONYMOUS_LIMIT: '5' })));
  afterAll(() => server.stop());

  it.each([
    ['wrong tokens', '/api/users/current', 'nonsense', 401],
    ['handshakes of sockets', '/socket.io/?EIO=4&transport=polling', ADMIN_KEY, 200],
    ['unknown paths', '/api/nowhere', ADMIN_KEY, 404],
  ])('is bounded by address: %s', async (_, path, token, status) => {
    const ask = (bearer: string, to = path) =>
      fetch(server.app.url + to, { headers: { authorization: `Bearer ${bearer}` } });
    for (let time = 0; time < 5; time++) expect((await ask(token)).status).toBe(status);
    const refused = await ask(token);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10);
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
    expect((await ask(ADMIN_KEY, '/api/users/current')).status).toBe(200);
  });
});
