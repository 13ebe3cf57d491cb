import { ChatServer, ADMIN_KEY } from '../../support/chat-server.js';
import { EventStream } from '../../support/event-stream.js';
import { codeOf, Desk, Desks, Person } from '../takeover/takeover.support.js';
import { Browser } from './browser.js';

describe('what a browser keeps open', () => {
  let server: ChatServer;
  const desks = new Desks();
  beforeAll(async () => {
    server = await ChatServer.start();
  });
  afterAll(() => server.stop());
  afterEach(() => desks.closeAll());

  const signedIn = async (key = ADMIN_KEY): Promise<Browser> => {
    const browser = new Browser(server.app.url);
    await browser.signIn(key);
    return browser;
  };
  const headersOf = ({ cookie }: Browser, headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }) => ({
    cookie,
    ...headers,
  });
  const connect = (headers: Record<string, string>): Desk => desks.add(new Desk({ url: server.app.url, headers }));
  const ended = async (desk: Desk): Promise<string | undefined> => {
    await desk.until((each) => each.ended !== null);
    return desk.ended?.code;
  };

  it('is a socket of the user, which ends with the session', async () => {
    const chatId = await server.createChat();
    const browser = await signedIn();
    const desk = connect(headersOf(browser));
    expect(await desk.client.watch(chatId)).toMatchObject({ audience: 'agents' });
    expect(await desk.client.claim({ chatId })).toMatchObject({ owner: 'human' });
    expect(await browser.status('DELETE', '/api/sessions/current')).toBe(204);
    expect(await ended(desk)).toBe('INVALID_TOKEN');
    expect(await codeOf(desk.client.release({ chatId, to: 'bot' }))).not.toBe('OK');
  });

  it('is a socket that ends with the key, and with the role', async () => {
    const ada = await Person.create(server, 'Ada', ['user', 'agent']);
    const browser = await signedIn(ada.key);
    const desk = connect(headersOf(browser));
    await desk.client.whenConnected();
    const { items } = await ada.ok<{ items: { apiKeyId: string }[] }>('GET', '/api/users/current/apiKeys');
    await ada.call('DELETE', `/api/users/current/apiKeys/${items[0]!.apiKeyId}`);
    expect(await ended(desk)).toBe('INVALID_TOKEN');
    const rex = await Person.create(server, 'Rex', ['user', 'agent']);
    const his = connect(headersOf(await signedIn(rex.key)));
    await his.client.whenConnected();
    await server.asAdmin('PUT', `/api/admin/users/${rex.id}`, { roles: ['user'] });
    expect(await ended(his)).toBe('FORBIDDEN');
  });

  it.each([
    ['another page', { 'sec-fetch-site': 'cross-site' }, 'CROSS_SITE_REQUEST'],
    ['a neighbour', { 'sec-fetch-site': 'same-site' }, 'CROSS_SITE_REQUEST'],
    ['no known page', {}, 'CROSS_SITE_REQUEST'],
    ['its own page in an older browser', { origin: 'SELF' }, undefined],
  ] as [string, Record<string, string>, string | undefined][])('is no socket of %s', async (_, sent, expected) => {
    const origin = sent['origin'] && { origin: server.app.url };
    const desk = connect(headersOf(await signedIn(), { ...sent, ...origin }));
    if (expected === undefined) await desk.client.whenConnected();
    else expect(await ended(desk)).toBe(expected);
  });

  it('is no socket with a cookie that is worth nothing', async () => {
    const desk = connect({
      cookie: `baton_session=${crypto.randomUUID()}.${'x'.repeat(43)}`,
      'sec-fetch-site': 'same-origin',
    });
    expect(await ended(desk)).toBe('UNAUTHENTICATED');
  });

  it('is a stream, which is cut with the session', async () => {
    const chatId = await server.createChat();
    const browser = await signedIn();
    const headers = { ...headersOf(browser), accept: 'text/event-stream' };
    const stream = await EventStream.open(`${server.app.url}/api/takeover/chats/${chatId}/events`, { headers });
    await browser.text('DELETE', '/api/sessions/current');
    expect((await stream.untilEnd()).at(-1)).toMatchObject({
      type: 'stream.closed',
      data: { reason: 'session_ended' },
    });
  });
});
