import { createServer, type AddressInfo } from 'node:net';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { Caller, NOT_FOUND, type Body } from '../chats/chats.support.js';
import { orderTool, secretsNamed, toolsOf, ToolServer } from './tools.support.js';

const NOT_VALID = [400, 'VALIDATION_FAILED'];

describe('the tools of a bot, for those who administer it', () => {
  const tools = new ToolServer();
  let server: ChatServer;
  let callers: Record<'admin' | 'ada' | 'bob' | 'anonymous', Caller>;
  let admin: Caller;
  let bots = 0;

  beforeAll(async () => {
    await tools.start();
    server = await ChatServer.start({ OUTBOUND_ALLOW_HOSTS: tools.host });
    callers = await Caller.all(server);
    admin = callers.admin;
  });
  afterEach(() => tools.reset());
  afterAll(async () => {
    await server.stop();
    await tools.stop();
  });

  const newBot = (changes: Body = {}): Promise<string> => admin.createBot({ code: `tools-${++bots}`, ...changes });
  const tool = (changes?: Body): Body => orderTool(tools, changes);
  const create = async (botId: string, changes: Body = {}): Promise<string> =>
    String((await admin.ok('POST', toolsOf(botId), tool(changes)))['botToolId']);

  it('are made, shown, changed and taken away', async () => {
    const botId = await newBot();
    const id = await create(botId);
    const shown = await admin.ok('GET', `${toolsOf(botId)}/${id}`);
    expect(shown).toMatchObject({ ...tool(), botToolId: id, secretHeaders: [], timeoutMs: 10_000, isActive: true });
    expect(await admin.ok('PUT', `${toolsOf(botId)}/${id}`, tool({ name: 'renamed', timeoutMs: 500 }))).toEqual({});
    const second = await create(botId, { url: null, description: undefined, parameters: undefined });
    expect(await admin.ok('GET', toolsOf(botId))).toMatchObject({
      tools: [
        { botToolId: id, name: 'renamed', timeoutMs: 500 },
        { botToolId: second, url: null, description: '', parameters: { type: 'object', properties: {} } },
      ],
    });
    const nothing = { description: null, url: null, secretHeaders: null };
    const third = await create(botId, { name: 'third', ...nothing });
    expect(await admin.ok('GET', `${toolsOf(botId)}/${third}`)).toMatchObject({
      description: '',
      secretHeaders: [],
      timeoutMs: 10_000,
      isActive: true,
    });
    expect(await admin.ok('DELETE', `${toolsOf(botId)}/${id}`)).toEqual({});
    expect(await admin.refused('GET', `${toolsOf(botId)}/${id}`)).toEqual(NOT_FOUND);
    expect(await admin.refused('DELETE', `${toolsOf(botId)}/${id}`)).toEqual(NOT_FOUND);
    expect(await admin.refused('PUT', `${toolsOf(botId)}/${id}`, tool())).toEqual(NOT_FOUND);
  });

  it('belong to their bot', async () => {
    const id = await create(await newBot());
    const other = await newBot();
    for (const method of ['GET', 'DELETE'])
      expect(await admin.refused(method, `${toolsOf(other)}/${id}`)).toEqual(NOT_FOUND);
    expect(await admin.refused('POST', `${toolsOf(other)}/${id}/dryRun`, { arguments: {} })).toEqual(NOT_FOUND);
    expect(await admin.refused('GET', toolsOf('nowhere'))).toEqual(NOT_FOUND);
  });

  it('are changed by the administrators of the bot alone', async () => {
    const botId = await newBot({ adminLogins: 'ada', contributorLogins: 'bob' });
    const id = await create(botId);
    const one = `${toolsOf(botId)}/${id}`;
    expect(await callers.ada.ok('GET', toolsOf(botId))).toMatchObject({ tools: [{ botToolId: id }] });
    await callers.ada.ok('PUT', one, tool());
    const requests = [
      ['GET', toolsOf(botId)],
      ['POST', toolsOf(botId), tool({ name: 'other' })],
      ['GET', one],
      ['PUT', one, tool()],
      ['DELETE', one],
      ['POST', `${one}/dryRun`, { arguments: {} }],
    ] as const;
    for (const [method, path, body] of requests) {
      expect(await callers.bob.refused(method, path, body)).toEqual([403, 'FORBIDDEN']);
      expect((await callers.anonymous.call(method, path, body)).status).toBe(401);
    }
    expect(tools.requests).toEqual([]);
  });

  it.each<[string, Body]>([
    ['no name', { name: undefined }],
    ['an empty name', { name: '' }],
    ['a name with a space', { name: 'find order' }],
    ['a name that begins with a digit', { name: '1st' }],
    ['a name that is too long', { name: 'a'.repeat(65) }],
    ['a name that is no text', { name: 7 }],
    ['the name of a tool of the server', { name: 'hand_to_human' }],
    ['a description that is too long', { description: 'a'.repeat(4001) }],
    ['parameters that are a text', { parameters: 'object' }],
    ['parameters that are nothing', { parameters: null }],
    ['parameters that are a list', { parameters: [] }],
    ['parameters that are no schema', { parameters: { order: 'string' } }],
    ['parameters of another type', { parameters: { type: 'string' } }],
    ['an address that is none', { url: 'orders' }],
    ['an empty address', { url: '' }],
    ['an address of another kind', { url: 'ftp://example.com/' }],
    ['an address with a password', { url: 'https://user:secret@example.com/' }],
    ['an address that is too long', { url: `https://example.com/${'a'.repeat(2000)}` }],
    ['an address that is no text', { url: { href: 'https://example.com/' } }],
    ['a header that is none', { secretHeaders: [{ name: 'a b', value: 'x' }] }],
    ['a header that makes the connection', { secretHeaders: [{ name: 'Host', value: 'x' }] }],
    ['a header that says how the body is written', { secretHeaders: [{ name: 'content-length', value: '1' }] }],
    ['a header with a line break', { secretHeaders: [{ name: 'X-Key', value: 'a\r\nX-Other: b' }] }],
    ['a header without a value', { secretHeaders: [{ name: 'X-Key' }] }],
    [
      'a header twice',
      {
        secretHeaders: [
          { name: 'X-Key', value: 'a' },
          { name: 'x-key', value: 'b' },
        ],
      },
    ],
    ['a header that is a text', { secretHeaders: ['X-Key: a'] }],
    ['too many headers', { secretHeaders: Array.from({ length: 17 }, (_, i) => ({ name: `X-${i}`, value: 'a' })) }],
    ['a time that is too long', { timeoutMs: 60_001 }],
    ['a time that is too short', { timeoutMs: 0 }],
    ['an unknown field', { method: 'GET' }],
  ])('are refused with %s', async (_, changes) => {
    const botId = await newBot();
    expect(await admin.refused('POST', toolsOf(botId), tool(changes))).toEqual(NOT_VALID);
    expect(await admin.ok('GET', toolsOf(botId))).toEqual({ tools: [] });
  });

  it('have different names, and are thirty-two at most', async () => {
    const botId = await newBot();
    const id = await create(botId);
    expect(await admin.refused('POST', toolsOf(botId), tool())).toEqual([409, 'CONFLICT']);
    await create(botId, { name: 'Find_Order' });
    expect(await admin.refused('PUT', `${toolsOf(botId)}/${id}`, tool({ name: 'Find_Order' }))).toEqual([
      409,
      'CONFLICT',
    ]);
    await create(await newBot());
    const more = Array.from({ length: 40 }, (_, index) =>
      admin.call('POST', toolsOf(botId), tool({ name: `tool_${index}` })),
    );
    const statuses = (await Promise.all(more)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(statuses.filter((status) => status === 409)).toHaveLength(10);
    expect(await admin.ok('GET', toolsOf(botId))).toMatchObject({ tools: { length: 32 } });
  });

  it('are tried out: what is sent and answered is shown, and nothing is stored', async () => {
    const botId = await newBot();
    const id = await create(botId, { isActive: false });
    tools.answer('/orders', { message: 'Sent.', variables: { status: 'sent' } });
    const dryRun = (body: unknown) => admin.call('POST', `${toolsOf(botId)}/${id}/dryRun`, body);
    expect((await dryRun({ arguments: { order: 'A-17' } })).body).toEqual({
      sent: { url: tools.urlOf('/orders'), secretHeaders: [], body: { order: 'A-17' } },
      outcome: 'ok',
      status: 200,
      milliseconds: expect.any(Number) as number,
      message: 'Sent.',
      variables: { order: 'A-17', status: 'sent' },
    });
    expect(tools.requests).toMatchObject([{ json: { order: 'A-17' } }]);
    tools.answer('/orders', (response) => response.writeHead(503).end('internal-name'));
    expect((await dryRun({ arguments: {} })).body).toMatchObject({ outcome: 'bad_status', status: 503 });
    for (const body of [{}, { arguments: null }, { arguments: [] }, { arguments: 'x' }])
      expect((await dryRun(body)).status).toBe(400);
  });

  it('never reach this machine or its network, however their address is spelled', async () => {
    let met = 0;
    const canary = createServer((socket) => {
      met++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => canary.listen(0, '::', resolve));
    const { port } = canary.address() as AddressInfo;
    const hosts = [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f000001',
      '017700000001',
      '0.0.0.0',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '169.254.169.254',
      '[fd00:ec2::254]',
    ];
    const botId = await newBot();
    const id = await create(botId);
    const one = `${toolsOf(botId)}/${id}`;
    for (const host of hosts) {
      await admin.ok('PUT', one, tool({ url: `http://${host}:${port}/` }));
      const { outcome } = await admin.ok('POST', `${one}/dryRun`, { arguments: {} });
      expect([host, outcome]).toEqual([host, 'refused_address']);
    }
    expect(met).toBe(0);
    await new Promise((resolve) => canary.close(resolve));
  });

  it('survive a repeated request: one tool for one Idempotency-Key', async () => {
    const botId = await newBot();
    const body = tool(secretsNamed('X-Key'));
    const keyed = { authorization: `Bearer ${ADMIN_KEY}`, 'idempotency-key': 'tool-1' };
    const send = async () => (await server.call('POST', toolsOf(botId), body, keyed)).body;
    expect(await send()).toEqual(await send());
    expect(await admin.ok('GET', toolsOf(botId))).toMatchObject({ tools: { length: 1 } });
  });
});
