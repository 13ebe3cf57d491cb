import { AppConfig, parseEnvironment } from '@app/common';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Resolve } from './guarded-connector.js';
import { OutboundClient, type OutboundRequest } from './outbound-client.js';
import { OutboundError } from './outbound-error.js';

const REQUEST: OutboundRequest = { json: { city: 'Bern' }, timeoutMs: 5000, maxBytes: 100_000 };

const portOf = (server: TcpServer): number => (server.address() as AddressInfo).port;
const listen = (server: TcpServer, host: string): Promise<void> =>
  new Promise((resolve, reject) => server.once('error', reject).listen(0, host, resolve));

const clients: OutboundClient[] = [];
function clientOf(allowHosts = '', resolve?: Resolve): OutboundClient {
  const config = new AppConfig(parseEnvironment({ OUTBOUND_ALLOW_HOSTS: allowHosts }));
  const client = new OutboundClient(config, resolve && { resolve });
  clients.push(client);
  return client;
}

async function failureOf(posting: Promise<unknown>): Promise<string> {
  const error: unknown = await posting.then(
    () => new Error('It went through.'),
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(OutboundError);
  return (error as OutboundError).failure;
}

afterAll(() => Promise.all(clients.map((client) => client.onApplicationShutdown())));

describe('what may be called', () => {
  /** The addresses at which the canary was met. It listens on everything that this machine is. */
  let met: (string | undefined)[] = [];
  const canary = createTcpServer((socket) => {
    met.push(socket.localAddress?.replace('::ffff:', ''));
    socket.destroy();
  });
  beforeAll(() => listen(canary, '::'));
  beforeEach(() => (met = []));
  afterAll(() => canary.close());

  const LOOPBACK = [{ address: '127.0.0.1', family: 4 }];
  const PUBLIC = [{ address: '203.0.114.7', family: 4 }];

  it.each([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.0x0.0x0.0x1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '１２７.0.0.1',
    '①②⑦.0.0.1',
    '127%2e0.0.1',
    '127.0.0.53',
    '0',
    '0.0.0.0',
    'localhost',
    'LOCALHOST',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '169.254.169.254',
    '10.0.0.1',
    '192.168.0.1',
    '172.16.0.1',
    '100.64.0.1',
    '[ff02::1]',
  ])('refuses %s', async (host) => {
    const client = clientOf();
    expect(await failureOf(client.post(`http://${host}:${portOf(canary)}/`, REQUEST))).toBe('refused_address');
    expect(await failureOf(client.post(`https://${host}:${portOf(canary)}/`, REQUEST))).toBe('refused_address');
    expect(met).toEqual([]);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:70/_x',
    'data:application/json,{}',
    'javascript:1',
    'ws://127.0.0.1/',
    'unix:/run/docker.sock',
    'http://user:secret@203.0.114.7/',
    'http://user@203.0.114.7/',
    '//127.0.0.1/',
    '127.0.0.1',
    'http://[fe80::1%25eth0]/',
    'http://',
    '',
  ])('refuses %s as no address of the web', async (address) => {
    expect(await failureOf(clientOf().post(address, REQUEST))).toBe('refused_address');
  });

  it.each([
    ['a private address', LOOPBACK],
    ['a private address beside a public one', [...PUBLIC, ...LOOPBACK]],
    ['an IPv4-mapped address', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['a NAT64 address', [{ address: '64:ff9b::7f00:1', family: 6 }]],
    ['a 6to4 address', [{ address: '2002:7f00:1::', family: 6 }]],
    ['an address with a zone', [{ address: 'fe80::1%lo', family: 6 }]],
    ['something unreadable', [{ address: 'localhost', family: 4 }]],
  ])('refuses a name that resolves to %s', async (_, addresses) => {
    const client = clientOf('', () => Promise.resolve(addresses));
    expect(await failureOf(client.post(`http://tools.example.com:${portOf(canary)}/`, REQUEST))).toBe(
      'refused_address',
    );
    expect(met).toEqual([]);
  });

  it('dials what it has checked: an answer that changes is looked at anew', async () => {
    let asked = 0;
    const allowed = [{ address: '127.0.0.2', family: 4 }];
    const rebinding: Resolve = () => Promise.resolve(asked++ === 0 ? allowed : LOOPBACK);
    const client = clientOf('127.0.0.2/32', rebinding);
    const address = `http://tools.example.com:${portOf(canary)}/`;
    expect(await failureOf(client.post(address, REQUEST))).toBe('unreachable');
    expect(asked).toBe(1);
    for (let call = 0; call < 3; call++) expect(await failureOf(client.post(address, REQUEST))).toBe('refused_address');
    expect(asked).toBe(4);
    expect(met).toEqual(['127.0.0.2']);
  });

  it('does not reach this machine by a complete name', async () => {
    const failure = await failureOf(clientOf().post(`http://localhost.:${portOf(canary)}/`, REQUEST));
    expect(['refused_address', 'unreachable']).toContain(failure);
    expect(met).toEqual([]);
  });

  it('tells a name that does not exist from one that is refused', async () => {
    const unknown: Resolve = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    expect(await failureOf(clientOf('', unknown).post('http://nobody.example.com/', REQUEST))).toBe('unreachable');
    const empty: Resolve = () => Promise.resolve([]);
    expect(await failureOf(clientOf('', empty).post('http://nobody.example.com/', REQUEST))).toBe('unreachable');
  });

  it('lets private targets be named on purpose, and nothing beside them', async () => {
    const port = portOf(canary);
    const named = clientOf(`127.0.0.1:${port}, tools.internal`, () => Promise.resolve(LOOPBACK));
    expect(await failureOf(named.post(`http://127.0.0.1:${port}/`, REQUEST))).toBe('unreachable');
    expect(await failureOf(named.post(`http://tools.internal:${port}/`, REQUEST))).toBe('unreachable');
    expect(met).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(await failureOf(named.post(`http://127.0.0.1:${port + 1}/`, REQUEST))).toBe('refused_address');
    expect(await failureOf(named.post(`http://other.internal:${port}/`, REQUEST))).toBe('refused_address');
    const network = clientOf('127.0.0.0/8', () => Promise.resolve(LOOPBACK));
    expect(await failureOf(network.post(`http://anything.internal:${port}/`, REQUEST))).toBe('unreachable');
    expect(met).toHaveLength(3);
  });
});

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
    ['a value nested deeper than anybody needs', '['.repeat(2000) + ']'.repeat(2000)],
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

  it('leaves no connection behind', async () => {
    answer = (_, response) => response.writeHead(500).end('x'.repeat(1_000_000));
    for (let call = 0; call < 5; call++) await failureOf(client.post(base, REQUEST));
    const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
    const until = Date.now() + 5000;
    while ((await open()) > 0 && Date.now() < until) await new Promise(setImmediate);
    expect(await open()).toBe(0);
  });
});
