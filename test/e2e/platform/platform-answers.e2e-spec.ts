import { startTestApp, type TestApp } from '../../support/app.js';
import { ProbeController } from './platform-probe.js';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp({ CORS_ORIGINS: 'https://a.example' }, { controllers: [ProbeController] });
});
afterAll(() => server.stop());

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });

describe('answers', () => {
  it.each([
    ['text', '/api/probe/items/a-b', '"a-b"'],
    ['a flag', '/api/probe/flag/true', 'true'],
    ['nothing', '/api/probe/null', '{}'],
  ])('%s is JSON', async (_what, path, body) => {
    const answer = await get(path);
    expect([answer.status, await answer.text()]).toEqual([200, body]);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each(['//api//probe/flag/true', '/API/probe/flag/true', '/metrics'])('are stored nowhere: %s', async (path) =>
    expect((await get(path)).headers.get('cache-control')).toBe('no-store'),
  );

  it.each([
    ['text/plain', 'text/plain; charset=utf-8', 'a'],
    ['text/plain, application/json;q=0.5', 'text/plain; charset=utf-8', 'a'],
    ['text/plain;q=0.5, application/json', 'application/json; charset=utf-8', '"a"'],
    ['text/plain;q=0, */*', 'application/json; charset=utf-8', '"a"'],
    ['*/*', 'application/json; charset=utf-8', '"a"'],
  ])('text for Accept: %s', async (accept, type, body) => {
    const answer = await get('/api/probe/items/a', { accept });
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual([type, body]);
  });

  it('bytes and pages stay as they are', async () => {
    const bytes = await get('/api/probe/bytes');
    expect([bytes.headers.get('content-type'), Buffer.from(await bytes.arrayBuffer())]).toEqual([
      'image/png',
      Buffer.from([0, 1, 255]),
    ]);
    expect(await (await get('/api/probe/html')).text()).toBe('<p>');
  });

  it('streams are neither stored nor held back', async () => {
    const answer = await get('/api/probe/stream');
    expect(await answer.text()).toBe('data: 1\n\ndata: 2\n\n');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
  });
});

describe('request ids', () => {
  it.each(['trace-1.a_B', 'x'.repeat(64)])('takes the caller’s: %s', async (id) => {
    expect((await get('/health/live', { 'x-request-id': id })).headers.get('x-request-id')).toBe(id);
  });

  it.each(['', 'a b', 'x'.repeat(65), 'a"b', 'ä'])('gives one of its own for %p', async (id) => {
    const given = (await get('/nothing', { 'x-request-id': id })).headers.get('x-request-id');
    expect(given).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
  });
});

describe('errors', () => {
  it('of our own say what happened', async () => {
    const answer = await get('/api/probe/fail/app');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3']);
    expect(await answer.json()).toMatchObject({ code: 'BOTS_STOPPED', detail: 'Not now.' });
  });

  it('that are unexpected reveal nothing', async () => {
    const answer = await get('/api/probe/fail/unknown');
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'INTERNAL' });
    expect(text).not.toMatch(/hunter2|at /);
  });
});

describe('browsers', () => {
  it('may call from the configured origins only, and may read errors too', async () => {
    const allowed = await get('/nothing', { origin: 'https://a.example' });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://a.example');
    const other = await get('/health/live', { origin: 'https://b.example' });
    expect(other.headers.get('access-control-allow-origin')).not.toBe('https://b.example');
  });

  it('may ask first', async () => {
    const answer = await fetch(`${server.url}/api/probe/echo`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://a.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, idempotency-key',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization, idempotency-key');
    expect(answer.headers.get('x-request-id')).not.toBeNull();
  });

  it('get a strict policy everywhere but in the documentation', async () => {
    for (const path of ['/health/live', '/nothing', '/api/probe/null']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    const docs = await get('/docs');
    expect(docs.headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  it.each(['/docs', '/docs/'])(
    'find the documentation at %s with all that it loads, which browsers keep',
    async (path) => {
      const page = await (await get(path)).text();
      const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
      expect(addresses).toHaveLength(5);
      for (const address of addresses) {
        const { pathname, search } = new URL(address, `http://any${path}`);
        const asset = await get(pathname + search);
        expect([address, asset.status]).toEqual([address, 200]);
        expect(asset.headers.get('cache-control')).toContain('immutable');
      }
      expect(page).not.toMatch(/<script(?! src)/);
      const [, document] = /data-document="([^"]+)"/.exec(page)!;
      const answer = await get(new URL(document!, `http://any${path}`).pathname);
      expect(((await answer.json()) as { openapi: string }).openapi).toBe('3.0.3');
      const latest = (await (await get('/openapi.json')).json()) as { openapi: string };
      expect(latest.openapi).toBe('3.1.0');
    },
  );

  it('get the document again only when it has changed', async () => {
    const etag = (await get('/openapi.json')).headers.get('etag')!;
    expect((await get('/openapi.json', { 'if-none-match': etag })).status).toBe(304);
    expect((await get('/openapi.json', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('get texts of more than a kilobyte compressed, when they can read that', async () => {
    const sent = async (encoding: string) => {
      const { headers } = await get('/openapi.json', { 'accept-encoding': encoding });
      return [headers.get('content-encoding'), headers.get('vary')?.toLowerCase()];
    };
    expect(await sent('gzip, deflate, br, zstd')).toEqual(['br', expect.stringContaining('accept-encoding')]);
    expect(await sent('gzip')).toEqual(['gzip', expect.stringContaining('accept-encoding')]);
    expect((await sent('identity'))[0]).toBeNull();
    expect((await sent('gzip;q=0'))[0]).toBeNull();
    const short = await get('/health/live', { 'accept-encoding': 'gzip' });
    expect(short.headers.get('content-encoding')).toBeNull();
  });

  it('are not made to send a key of the documentation’s with everything that they try there', async () => {
    const { components } = (await (await get('/openapi.json')).json()) as {
      components: { parameters: Record<string, { name: string; example?: string }> };
    };
    expect(components.parameters['IdempotencyKey']).toMatchObject({ name: 'Idempotency-Key' });
    expect(components.parameters['IdempotencyKey']).not.toHaveProperty('example');
  });
});
