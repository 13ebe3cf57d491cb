import { createServer as createTcpServer } from 'node:net';
import { clientOf, closeClients, failureOf, listen, portOf, REQUEST } from '../../../test/support/outbound/clients.js';
import type { Resolve } from './guarded-connector.js';

afterAll(closeClients);

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

  it('dials the address that it has checked, and checks the answer of each new lookup', async () => {
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
    expect(await failureOf(clientOf('', unknown).post('http://unknown.example.com/', REQUEST))).toBe('unreachable');
    const empty: Resolve = () => Promise.resolve([]);
    expect(await failureOf(clientOf('', empty).post('http://unknown.example.com/', REQUEST))).toBe('unreachable');
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
