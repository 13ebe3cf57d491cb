import { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import { Caller, type Body } from '../chats/chats.support.js';
import { orderTool, SECRET, secretsNamed, toolsOf, ToolServer } from './tools.support.js';

const NOT_VALID = [400, 'VALIDATION_FAILED'];

describe('the secrets of tools', () => {
  const tools = new ToolServer();
  let server: ChatServer;
  let admin: Caller;
  let botId: string;
  let bots = 0;

  beforeAll(async () => {
    await tools.start();
    server = await ChatServer.start({ OUTBOUND_ALLOW_HOSTS: tools.host });
    ({ admin } = await Caller.all(server));
  });
  beforeEach(async () => {
    botId = await admin.createBot({ code: `secrets-${++bots}` });
  });
  afterEach(() => tools.reset());
  afterAll(async () => {
    await server.stop();
    await tools.stop();
  });

  const tool = (changes?: Body): Body => orderTool(tools, changes);
  const create = async (changes: Body): Promise<string> =>
    String((await admin.ok('POST', toolsOf(botId), tool(changes)))['botToolId']);

  it('keep their secret headers to themselves', async () => {
    const answers: unknown[] = [];
    const id = await create(secretsNamed('Authorization', 'X-Key'));
    const one = `${toolsOf(botId)}/${id}`;
    tools.answer('/orders', { message: 'Fine.' });
    const sent = async (): Promise<unknown[]> => {
      const { body } = await admin.call('POST', `${one}/dryRun`, { arguments: {} });
      answers.push(body, (await admin.call('GET', one)).body, (await admin.call('GET', toolsOf(botId))).body);
      const { authorization, 'x-key': key } = tools.requests.at(-1)?.headers ?? {};
      return [authorization, key, (body['sent'] as Body)['secretHeaders']];
    };
    expect(await sent()).toEqual([SECRET, SECRET, ['Authorization', 'X-Key']]);
    const rows = await server.app.app.get(DataSource).query<unknown[]>('SELECT secret_headers FROM bot_tools');
    expect(JSON.stringify(rows)).not.toContain('very-secret');
    // Not sent: all stay. Sent without a value: that one stays. Not among those sent: gone.
    await admin.ok('PUT', one, tool({ url: tools.urlOf('/orders?v=2') }));
    tools.answer('/orders?v=2', { message: 'Fine.' });
    expect(await sent()).toEqual([SECRET, SECRET, ['Authorization', 'X-Key']]);
    const secretHeaders = [{ name: 'x-key' }, { name: 'X-New', value: 'another-secret' }];
    await admin.ok('PUT', one, tool({ secretHeaders }));
    expect(await sent()).toEqual([undefined, SECRET, ['x-key', 'X-New']]);
    await admin.ok('PUT', one, tool({ secretHeaders: [] }));
    expect(await sent()).toEqual([undefined, undefined, []]);
    expect(JSON.stringify(answers)).not.toMatch(/very-secret|another-secret|sealed|v1\./);
  });

  it('lose their secret headers when the origin of the address changes', async () => {
    const id = await create(secretsNamed('X-Key'));
    const one = `${toolsOf(botId)}/${id}`;
    const elsewhere = { url: 'https://elsewhere.example.com/orders' };
    const kept = tool({ ...elsewhere, secretHeaders: [{ name: 'X-Key' }] });
    expect(await admin.refused('PUT', one, kept)).toEqual(NOT_VALID);
    await admin.ok('PUT', one, tool(elsewhere));
    expect(await admin.ok('GET', one)).toMatchObject({ keyStatus: 'missing', secretHeaders: [] });
    await admin.ok('PUT', one, tool(secretsNamed('X-Key')));
    expect(await admin.ok('GET', one)).toMatchObject({
      keyStatus: 'ok',
      secretHeaders: [{ name: 'X-Key', isReadable: true }],
    });
  });

  it('keep the secrets of their addresses to themselves, and call with them', async () => {
    const path = '/hooks/Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5?code=a%2Fb-hidden&page=2&code=second-hidden';
    const shown = tools.urlOf('/hooks/********?code=********&page=2&code=********');
    const id = await create({ url: tools.urlOf(path) });
    const one = `${toolsOf(botId)}/${id}`;
    tools.answer(path, { message: 'Fine.' });
    const tried = async (): Promise<void> => {
      expect(await admin.ok('GET', one)).toMatchObject({ url: shown });
      expect(await admin.ok('POST', `${one}/dryRun`, { arguments: {} })).toMatchObject({
        outcome: 'ok',
        sent: { url: shown },
      });
      expect(tools.requests.at(-1)).toMatchObject({ path });
    };
    await tried();
    await admin.ok('PUT', one, tool({ url: shown }));
    await tried();
    const rows = await server.app.app.get(DataSource).query<unknown[]>('SELECT * FROM bot_tools');
    expect(JSON.stringify(rows)).not.toMatch(/hidden|Zm9v/);
    const elsewhere = tool({ url: 'https://elsewhere.example.com/hooks/********' });
    expect(await admin.refused('PUT', one, elsewhere)).toEqual(NOT_VALID);
    expect(await admin.refused('PUT', one, tool({ url: `${shown}&token=********` }))).toEqual(NOT_VALID);
    await tried();
  });

  it('are not called without a header that cannot be read any more', async () => {
    const id = await create(secretsNamed('X-Key'));
    const broken = JSON.stringify([{ name: 'X-Key', sealed: 'v1.00000000.a.b.c' }]);
    await server.app.app.get(DataSource).query('UPDATE bot_tools SET secret_headers = ? WHERE id = ?', [broken, id]);
    const one = `${toolsOf(botId)}/${id}`;
    expect(await admin.ok('GET', one)).toMatchObject({
      keyStatus: 'undecryptable',
      secretHeaders: [{ name: 'X-Key', isReadable: false }],
    });
    expect(await admin.ok('POST', `${one}/dryRun`, { arguments: {} })).toMatchObject({ outcome: 'unreadable_secret' });
    expect(tools.requests).toEqual([]);
  });
});
