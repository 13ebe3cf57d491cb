import { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import { Caller, NOT_FOUND } from './chats.support.js';

const SPENT = [401, 'INVALID_TOKEN'];

describe('tickets for files of chats', () => {
  let server: ChatServer;
  let ada: Caller;
  let bob: Caller;
  let anonymous: Caller;
  let chatId: string;
  beforeAll(async () => {
    server = await ChatServer.start();
    ({ ada, bob, anonymous } = await Caller.all(server));
  }, 60_000);
  beforeEach(async () => {
    chatId = await ada.createChat();
    await ada.raw('PUT', filePath(), 'content', { 'content-type': 'application/octet-stream' });
  });
  afterAll(() => server.stop());

  const filePath = (): string => `/api/chats/${chatId}/downloads/a.txt`;
  const ticketOf = (): Promise<string> => ada.ok<string>('POST', `/api/chats/${chatId}/tickets`);
  const withTicket = (ticket: string, caller = anonymous): Promise<[number, unknown]> =>
    caller.refused('GET', `${filePath()}?ticket=${ticket}`);

  it('open one file, once, without a token', async () => {
    const ticket = await ticketOf();
    expect(ticket).toMatch(/^[\w-]{43}$/);
    const got = await anonymous.raw('GET', `${filePath()}?ticket=${ticket}`);
    expect(await got.text()).toBe('content');
    expect(got.headers.get('cache-control')).toContain('no-store');
    expect(await withTicket(ticket)).toEqual(SPENT);
    expect(await withTicket(ticket, ada)).toEqual(SPENT);
  });

  it('let one through of many that come at once', async () => {
    const ticket = await ticketOf();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => anonymous.raw('GET', `${filePath()}?ticket=${ticket}`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(19).fill(401)]);
  });

  it('are worth nothing after a minute', async () => {
    const ticket = await ticketOf();
    const dataSource = server.app.app.get(DataSource, { strict: false });
    await dataSource.query(`UPDATE tickets SET expires_at = '2020-01-01 00:00:00.000'`);
    expect(await withTicket(ticket)).toEqual(SPENT);
  });

  it('are worth nothing in another chat, and stay good for their own', async () => {
    const ticket = await ticketOf();
    const own = filePath();
    chatId = await bob.createChat();
    expect(await withTicket(ticket)).toEqual(NOT_FOUND);
    expect(await withTicket(ticket, bob)).toEqual(NOT_FOUND);
    expect((await anonymous.raw('GET', `${own}?ticket=${ticket}`)).status).toBe(200);
  });

  it.each(['x', 'A'.repeat(43), '%00', "'%20OR%201=1"])('are not made up: %s', async (ticket) => {
    expect((await withTicket(ticket))[0]).toBeLessThan(500);
    expect((await withTicket(ticket))[0]).toBeGreaterThanOrEqual(400);
  });

  it('are stored as hashes only, and a new one is made for every request', async () => {
    const headers = { 'idempotency-key': 'same' };
    const post = async (): Promise<string> =>
      (await (await ada.raw('POST', `/api/chats/${chatId}/tickets`, undefined, headers)).json()) as string;
    const [first, second] = [await post(), await post()];
    expect(second).not.toBe(first);
    const dataSource = server.app.app.get(DataSource, { strict: false });
    const stored = [
      await dataSource.query('SELECT * FROM tickets'),
      await dataSource.query('SELECT * FROM idempotency_keys'),
    ];
    expect(JSON.stringify(stored)).not.toContain(first);
  });
});
