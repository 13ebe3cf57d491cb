import { freshDatabase } from '../../support/databases.js';
import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import { describeOnServer } from '../../support/servers.js';
import { Caller } from './chats.support.js';

describeOnServer('chats on two instances', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let here: ChatServer;
  let there: ChatServer;
  let admin: Caller;
  let adaHere: Caller;
  let adaThere: Caller;
  beforeAll(async () => {
    database = await freshDatabase();
    const shared = { DATABASE_URL: database!.url, ENCRYPTION_KEY: 'ab'.repeat(32) };
    here = await ChatServer.start(shared);
    there = await ChatServer.start(shared);
    ({ admin, ada: adaHere } = await Caller.all(here));
    adaThere = adaHere.on(there);
  }, 90_000);
  afterAll(async () => {
    await Promise.all([here.stop(), there.stop()]);
    database?.release();
  });

  const talk = async () => {
    const chatId = await adaHere.createChat();
    const stream = await adaThere.stream(chatId, 'Talk [[tokens=500 delay=20]]');
    await stream.until(() => stream.deltas().length > 2);
    return { chatId, stream };
  };

  it('stops answers everywhere', async () => {
    const { stream } = await talk();
    await admin.ok('PUT', '/api/admin/bots/stop/true');
    await stream.untilEnd();
    await admin.ok('PUT', '/api/admin/bots/stop/false');
    await eventually(async () => !(await adaThere.ok<boolean>('GET', '/api/bots/stop')));
    expect(stream.events.at(-1)!.data['data']).toMatchObject({ error: { code: 'BOTS_STOPPED' } });
  });

  it('lets readers go whose chat is deleted on the other one', async () => {
    const { chatId, stream } = await talk();
    await adaHere.ok('DELETE', `/api/chats/${chatId}`);
    await stream.untilEnd();
    expect(stream.types().at(-1)).toMatch(/^(turn\.ended|error)$/);
    await here.provider.journal.until(({ aborts }) => aborts.length > 0);
  });

  it('serves files and accepts tickets of other instances', async () => {
    const chatId = await adaHere.createChat();
    const path = `/api/chats/${chatId}/downloads/a.txt`;
    await adaHere.raw('PUT', path, 'content', { 'content-type': 'text/plain' });
    const ticket = await adaHere.ok<string>('POST', `/api/chats/${chatId}/tickets`);
    const answers = await Promise.all(
      [adaHere, adaThere, adaThere, adaHere].map((caller) => caller.raw('GET', `${path}?ticket=${ticket}`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401]);
  });

  it('knows totals that the other one has changed', async () => {
    const total = async (caller: Caller): Promise<unknown> =>
      (await caller.ok('GET', '/api/users/current/chats'))['totalItemCount'];
    const before = Number(await total(adaThere));
    const chatId = await adaHere.createChat();
    expect(await total(adaThere)).toBe(before + 1);
    await adaHere.ok('DELETE', `/api/chats/${chatId}`);
    expect(await total(adaThere)).toBe(before);
  });
});
