import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { clientOf, closeClients, failureOf, listen, portOf, REQUEST } from '../../../test/support/outbound/clients.js';
import type { OutboundClient } from './outbound-client.js';

afterAll(closeClients);

describe('what is sent and taken', () => {
  let received: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      });
      answer(request, response);
    });
  });
  let other: Server;
  let strayed = 0;
  let client: OutboundClient;
  let base: string;

  beforeAll(async () => {
    other = createServer((_, response) => {
      strayed++;
      response.end('{}');
    });
    await Promise.all([listen(server, '127.0.0.1'), listen(other, '127.0.0.1')]);
    base = `http://127.0.0.1:${portOf(server)}`;
    client = clientOf(`127.0.0.1:${portOf(server)}`);
  });
  beforeEach(() => {
    received = [];
    strayed = 0;
  });
  afterAll(() => {
    for (const each of [server, other]) {
      each.closeAllConnections();
      each.close();
    }
  });

  const json = (body: unknown) => (_: IncomingMessage, response: ServerResponse) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  const redirect = (status: number, location: string) => (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, { location }).end();

  it('posts JSON with the headers and reads the JSON answer', async () => {
    answer = json({ message: 'sunny' });
    const request = { ...REQUEST, headers: { 'X-Key': 'secret' } };
    expect(await client.post(`${base}/weather?day=1#top`, request)).toEqual({
      status: 200,
      json: { message: 'sunny' },
    });
    expect(received).toMatchObject([{ method: 'POST', url: '/weather?day=1', body: '{"city":"Bern"}' }]);
    expect(received[0]!.headers).toMatchObject({
      'x-key': 'secret',
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      connection: 'close',
    });
  });

  it('takes an answer without a body, and JSON that is called something else', async () => {
    answer = (_, response) => response.writeHead(204).end();
    expect(await client.post(base, REQUEST)).toEqual({ status: 204, json: undefined });
    answer = (_, response) => response.setHeader('content-type', 'text/plain').end('\ufeff["a"]');
    expect(await client.post(base, REQUEST)).toEqual({ status: 200, json: ['a'] });
  });

  it.each([301, 302, 303, 300, 304, 399])('does not follow a redirect that loses the POST: %i', async (status) => {
    answer = redirect(status, '/elsewhere');
    expect(await failureOf(client.post(base, REQUEST))).toBe('redirect');
    expect(received).toHaveLength(1);
  });

  it.each([307, 308])('follows %i within the origin, with everything that was sent', async (status) => {
    answer = ({ url }, response) => {
      if (url === '/moved') json({ message: 'here' })(undefined as never, response);
      else redirect(status, '/moved')(undefined as never, response);
    };
    const { json: body } = await client.post(base, { ...REQUEST, headers: { 'X-Key': 'secret' } });
    expect(body).toEqual({ message: 'here' });
    expect(received[1]).toMatchObject({ method: 'POST', body: '{"city":"Bern"}', headers: { 'x-key': 'secret' } });
  });

  it('follows three redirects at most', async () => {
    answer = redirect(307, '/again');
    expect(await failureOf(client.post(base, REQUEST))).toBe('redirect');
    expect(received).toHaveLength(4);
  });

  it('does not follow a redirect to another origin: nothing is sent there', async () => {
    const open = clientOf(`127.0.0.1`);
    for (const location of [
      `http://127.0.0.1:${portOf(other)}/`,
      `https://127.0.0.1:${portOf(server)}/`,
      '//[::1]/',
      'file:///x',
      'http://[',
    ]) {
      answer = redirect(307, location);
      expect(await failureOf(open.post(base, { ...REQUEST, headers: { 'X-Key': 'secret' } }))).toBe('redirect');
    }
    answer = redirect(307, `http://user:pass@127.0.0.1:${portOf(server)}/x`);
    expect(await failureOf(open.post(base, REQUEST))).toBe('refused_address');
    expect(received).toHaveLength(6);
    expect(strayed).toBe(0);
  });

  it.each([400, 401, 404, 429, 500, 503])('calls status %i a failure', async (status) => {
    answer = (_, response) => response.writeHead(status).end('{"message":"ignored"}');
    await expect(client.post(base, REQUEST)).rejects.toMatchObject({ failure: 'bad_status', status });
  });

  it.each([
    ['HTML', '<!doctype html><title>Sign in</title>'],
    ['half of JSON', '{"message": "sun'],
    ['something that is not text', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['a value nested 2,000 levels deep', '['.repeat(2000) + ']'.repeat(2000)],
    ['white space', '  '],
  ])('calls %s no JSON', async (_, body) => {
    answer = (__, response) => response.setHeader('content-type', 'application/json').end(body);
    expect(await failureOf(client.post(base, REQUEST))).toBe('not_json');
  });

  it('reads no more of an answer than allowed, announced or not', async () => {
    const tenMegabytes = Buffer.alloc(10_000_000, '1');
    answer = (_, response) => response.setHeader('content-length', tenMegabytes.length).end(tenMegabytes);
    expect(await failureOf(client.post(base, REQUEST))).toBe('too_large');
    answer = (_, response) => {
      for (let part = 0; part < 100; part++) response.write(tenMegabytes.subarray(0, 100_000));
      response.end();
    };
    expect(await failureOf(client.post(base, REQUEST))).toBe('too_large');
    const endless = new Promise<void>((resolve) => {
      answer = (_, response) => {
        const write = (): void => {
          if (!response.destroyed && response.write('1'.repeat(65_536))) setImmediate(write);
        };
        response.on('drain', write).on('close', resolve);
        write();
      };
    });
    expect(await failureOf(client.post(base, REQUEST))).toBe('too_large');
    await endless;
  });

  it('does not unpack: a bomb stays packed', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
    expect(await failureOf(client.post(base, REQUEST))).toBe('not_json');
  });

  it('gives up an answer that does not begin, that drips, and that never ends', async () => {
    const quick = { ...REQUEST, timeoutMs: 300 };
    answer = () => undefined;
    expect(await failureOf(client.post(base, quick))).toBe('too_slow');
    let drip: NodeJS.Timeout | undefined;
    const hungUp = new Promise<void>((resolve) => {
      answer = (_, response) => {
        drip = setInterval(() => response.write(' '), 20);
        response.on('close', resolve);
      };
    });
    expect(await failureOf(client.post(base, quick))).toBe('too_slow');
    await hungUp;
    clearInterval(drip);
    answer = (_, response) => void response.write('{"message":');
    expect(await failureOf(client.post(base, quick))).toBe('too_slow');
  });

  it('counts the time of all redirects together', async () => {
    answer = (_, response) => void setTimeout(() => response.writeHead(307, { location: '/on' }).end(), 200);
    expect(await failureOf(client.post(base, { ...REQUEST, timeoutMs: 500 }))).toBe('too_slow');
    expect(received.length).toBeLessThan(4);
  });

  it('hangs up when the caller gives up', async () => {
    const caller = new AbortController();
    const hungUp = new Promise<void>((resolve) => {
      answer = (_, response) => {
        response.on('close', resolve);
        caller.abort();
      };
    });
    expect(await failureOf(client.post(base, { ...REQUEST, signal: caller.signal }))).toBe('aborted');
    await hungUp;
    expect(await failureOf(client.post(base, { ...REQUEST, signal: AbortSignal.abort() }))).toBe('aborted');
    expect(received).toHaveLength(1);
  });

  it('calls a broken connection unreachable', async () => {
    answer = ({ socket }) => void socket.resetAndDestroy();
    expect(await failureOf(client.post(base, REQUEST))).toBe('unreachable');
    answer = ({ socket }, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"message":', () => socket.destroy());
    };
    expect(await failureOf(client.post(base, REQUEST))).toBe('unreachable');
    answer = ({ socket }) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    expect(await failureOf(client.post(base, REQUEST))).toBe('unreachable');
    expect(await failureOf(client.post(base.replace('http:', 'https:'), REQUEST))).toBe('unreachable');
  });

  describe('files', () => {
    const secret = { headers: { authorization: 'Basic secret' }, timeoutMs: 5000, maxBytes: 100_000 };
    const file = (_: IncomingMessage, response: ServerResponse) =>
      response.setHeader('content-type', 'Image/PNG; name=x').end('bytes');

    it('come as they are, with their type', async () => {
      answer = file;
      expect(await client.download(`${base}/file`, secret)).toEqual({
        contentType: 'image/png',
        bytes: Buffer.from('bytes'),
      });
      expect(received).toMatchObject([{ method: 'GET', url: '/file', headers: { authorization: 'Basic secret' } }]);
      answer = (_, response) => response.end();
      expect(await client.download(base, secret)).toEqual({ contentType: '', bytes: Buffer.alloc(0) });
    });

    it.each([301, 302, 303, 307, 308])(
      'are fetched where %i says, without the headers if that is elsewhere',
      async (status) => {
        const open = clientOf('127.0.0.1');
        answer = ({ url }, response) => {
          if (url === '/near') file(undefined as never, response);
          else
            redirect(status, url === '/here' ? '/near' : `http://localhost:${portOf(server)}/near`)(
              undefined as never,
              response,
            );
        };
        await open.download(`${base}/here`, secret);
        expect(received.map(({ headers }) => headers.authorization)).toEqual(['Basic secret', 'Basic secret']);
        const both = clientOf('127.0.0.1,localhost', () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]));
        expect((await both.download(`${base}/away`, secret)).bytes.toString()).toBe('bytes');
        expect(received.slice(2).map(({ headers }) => headers.authorization)).toEqual(['Basic secret', undefined]);
      },
    );

    it('are not fetched from where may not be called', async () => {
      for (const location of [`http://127.0.0.1:${portOf(other)}/`, 'http://169.254.169.254/', 'file:///x']) {
        answer = redirect(302, location);
        expect(await failureOf(client.download(base, secret))).toBe('refused_address');
      }
      expect(strayed).toBe(0);
      answer = redirect(302, '/again');
      expect(await failureOf(client.download(base, secret))).toBe('redirect');
    });

    it('are not larger than allowed, and not a failure', async () => {
      answer = (_, response) => response.end(Buffer.alloc(100_001));
      expect(await failureOf(client.download(base, secret))).toBe('too_large');
      answer = (_, response) => response.writeHead(404).end('no');
      await expect(client.download(base, secret)).rejects.toMatchObject({ failure: 'bad_status', status: 404 });
      answer = () => undefined;
      expect(await failureOf(client.download(base, { ...secret, timeoutMs: 200 }))).toBe('too_slow');
    });
  });

  it('leaves no connection behind', async () => {
    answer = (_, response) => response.writeHead(500).end('x'.repeat(1_000_000));
    for (let call = 0; call < 5; call++) await failureOf(client.post(base, REQUEST));
    const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
    const until = Date.now() + 5000;
    while ((await open()) > 0 && Date.now() < until) await new Promise(setImmediate);
    expect(await open()).toBe(0);
  });
});
