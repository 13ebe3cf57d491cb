import { BrowserSession } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource, Repository } from 'typeorm';
import { startTestApp, type TestApp } from '../../support/app.js';
import { bearer, HttpClient } from '../../support/http-client.js';
import { Browser } from './browser.js';

const ADMIN_KEY = 'administrator-of-the-tests-0123456789';
const MINUTE_MS = 60_000;
const COOKIE = 'baton_session';

describe('sessions of browsers', () => {
  let server: TestApp;
  let rows: Repository<BrowserSession>;
  let admin: HttpClient;
  beforeAll(async () => {
    server = await startTestApp({ ADMIN_API_KEY: ADMIN_KEY, SESSION_IDLE_MINUTES: '60', SESSION_MAX_HOURS: '24' });
    rows = server.app.get<DataSource>(getDataSourceToken(), { strict: false }).getRepository(BrowserSession);
    admin = new HttpClient(server.url, bearer(ADMIN_KEY));
  });
  afterAll(() => server.stop());

  let made = 0;
  const newUser = async (...roles: string[]): Promise<{ userId: number; apiKeyId: string; key: string }> => {
    const { userId } = await admin.ok<{ userId: number }>('POST', '/api/admin/users', { login: `u${++made}`, roles });
    const key = await admin.ok<{ key: string; apiKeyId: string }>('POST', `/api/admin/users/${userId}/apiKeys`, {
      name: 'test',
    });
    return { userId, ...key };
  };
  const signedIn = async (...roles: string[]) => {
    const user = await newUser(...roles);
    const browser = new Browser(server.url);
    const session = await browser.signIn(user.key);
    return { user, browser, sessionId: session['sessionId'] as string };
  };
  /** As if so much time had passed since the session was last changed, used and made. */
  const age = async (id: string, ms: number): Promise<void> => {
    const session = await rows.findOneByOrFail({ id });
    const earlier = (at: Date): Date => new Date(at.getTime() - ms);
    const { createdAt, lastUsedAt, rotatedAt, expiresAt, previousUntil } = session;
    await rows.update(id, {
      createdAt: earlier(createdAt),
      lastUsedAt: earlier(lastUsedAt),
      rotatedAt: earlier(rotatedAt),
      expiresAt: earlier(expiresAt),
      previousUntil: previousUntil && earlier(previousUntil),
    });
    await admin.text('DELETE', '/cache');
  };

  it('are what an API key is exchanged for, and work like a token of the user', async () => {
    const { key, userId } = await newUser('agent');
    const browser = new Browser(server.url);
    expect((await browser.call('GET', '/api/sessions/options')).body).toEqual({ apiKey: true, oidc: null });
    const answer = await browser.call('POST', '/api/sessions', { apiKey: key });
    const [set] = answer.headers.getSetCookie();
    expect(answer.status).toBe(201);
    expect(set).toMatch(/^baton_session=[^;]+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(answer.text).not.toContain(browser.cookies.get(COOKIE));
    expect(answer.body['user']).toEqual({
      userId,
      login: `u${made}`,
      displayName: `u${made}`,
      roles: ['user', 'agent'],
    });
    expect((await browser.whoAmI()).body).toEqual(answer.body);
    expect(await browser.status('GET', '/api/takeover/queue')).toBe(200);
    expect(await browser.status('PUT', '/api/users/current/acceptTerms')).toBe(200);
    expect(await browser.status('GET', '/api/admin/users')).toBe(403);
  });

  it('hold no secret that the database gives away', async () => {
    const { browser, sessionId } = await signedIn();
    const [, random] = browser.cookies.get(COOKIE)!.split('.') as [string, string];
    const stored = JSON.stringify(await rows.findOneBy({ id: sessionId }));
    expect(stored).not.toContain(random);
    for (const forged of [`${sessionId}.${'x'.repeat(43)}`, `${crypto.randomUUID()}.${random}`, sessionId, 'x']) {
      browser.cookies.set(COOKIE, forged);
      expect(await browser.refused('GET', '/api/sessions/current')).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  it.each(['', 'bt_wrong', ' ', 'x'.repeat(1001), null, 7, {}])('are not to be had for %j', async (apiKey) => {
    const browser = new Browser(server.url);
    const status = await browser.status('POST', '/api/sessions', { apiKey });
    expect([400, 401]).toContain(status);
    expect(browser.cookies.size).toBe(0);
  });

  it('are behind a throttle by address', async () => {
    const strict = await startTestApp({ THROTTLE_ANONYMOUS_LIMIT: '3' });
    const browser = new Browser(strict.url);
    const answers: number[] = [];
    for (let guess = 0; guess < 5; guess++)
      answers.push(await browser.status('POST', '/api/sessions', { apiKey: `bt_guess-${guess}` }));
    expect(answers.slice(0, 3)).toEqual([401, 401, 401]);
    expect(answers.at(-1)).toBe(429);
    await strict.stop();
  });

  describe('against other pages', () => {
    const CHANGE = ['PUT', '/api/users/current/acceptTerms'] as const;

    it.each([
      ['its own page', { 'sec-fetch-site': 'same-origin' }, 200],
      ['the user', { 'sec-fetch-site': 'none' }, 200],
      ['its own page in an older browser', { 'sec-fetch-site': undefined, origin: 'SELF' }, 200],
      ['another page', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
      ['a neighbour', { 'sec-fetch-site': 'same-site', origin: 'SELF' }, 403],
      ['another page in an older browser', { 'sec-fetch-site': undefined, origin: 'https://evil.example' }, 403],
      ['another port', { 'sec-fetch-site': undefined, origin: 'http://127.0.0.1:1' }, 403],
      ['a page without an origin', { 'sec-fetch-site': undefined, origin: 'null' }, 403],
      ['no known page', { 'sec-fetch-site': undefined }, 403],
      [
        'a proxy that is not trusted',
        {
          'sec-fetch-site': undefined,
          origin: 'https://evil.example',
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'https',
        },
        403,
      ],
    ] as [string, Record<string, string | undefined>, number][])('%s', async (_, sent, expected) => {
      const { browser } = await signedIn();
      const { origin, ...others } = sent;
      const from = new Browser(server.url);
      for (const name of Object.keys(from.headers)) if (name in others) delete from.headers[name];
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries({ ...others, origin: origin === 'SELF' ? server.url : origin }))
        if (value !== undefined) headers[name] = value;
      for (const [name, value] of browser.cookies) from.cookies.set(name, value);
      const { status, text } = await from.text(...CHANGE, undefined, headers);
      expect(status).toBe(expected);
      if (expected === 403) expect(JSON.parse(text)).toMatchObject({ code: 'CROSS_SITE_REQUEST' });
    });

    it('another page signs no user in, and a token needs no page', async () => {
      const { key } = await newUser();
      const browser = new Browser(server.url, { 'sec-fetch-site': 'cross-site' });
      expect(await browser.refused('POST', '/api/sessions', { apiKey: key })).toEqual([403, 'CROSS_SITE_REQUEST']);
      expect(browser.cookies.size).toBe(0);
      const { browser: victim } = await signedIn();
      const headers = { ...bearer(key), 'sec-fetch-site': 'cross-site' };
      expect(await victim.status(...CHANGE, undefined, headers)).toBe(200);
    });
  });

  it('believe trusted proxies about TLS and the address', async () => {
    const proxied = await startTestApp({ ADMIN_API_KEY: ADMIN_KEY, TRUST_PROXY: '127.0.0.1' });
    const reported = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example.com' };
    const browser = new Browser(proxied.url, reported);
    const { headers } = await browser.call('POST', '/api/sessions', { apiKey: ADMIN_KEY });
    expect(headers.getSetCookie()[0]).toMatch(/^__Host-baton_session=.*; Secure;/);
    delete browser.headers['sec-fetch-site'];
    const change = (origin: string) => browser.status('PUT', '/api/users/current/acceptTerms', undefined, { origin });
    expect(await change('https://chat.example.com')).toBe(200);
    expect(await change('http://chat.example.com')).toBe(403);
    // A cookie without the prefix may come from a neighbour.
    browser.cookies.set(COOKIE, browser.cookies.get(`__Host-${COOKIE}`)!);
    browser.cookies.delete(`__Host-${COOKIE}`);
    expect((await browser.whoAmI()).status).toBe(401);
    await proxied.stop();
  });

  describe('change their secret', () => {
    it('when it is time, without breaking requests that are under way', async () => {
      const { browser, sessionId } = await signedIn();
      const before = browser.copy();
      await age(sessionId, 20 * MINUTE_MS);
      const tabs = [browser, before.copy(), before.copy()];
      const parallel = await Promise.all(tabs.map((each) => each.whoAmI()));
      expect(parallel.map(({ status }) => status)).toEqual([200, 200, 200]);
      const [current, ...others] = tabs.filter((each) => each.cookie !== before.cookie) as [Browser];
      expect(others).toEqual([]);
      expect((await current.whoAmI()).status).toBe(200);
      expect((await before.copy().whoAmI()).status).toBe(200);
      await age(sessionId, 2 * MINUTE_MS);
      expect((await before.copy().whoAmI()).status).toBe(401);
      expect((await current.whoAmI()).status).toBe(200);
    });

    it('and give it again when the answer that brought it was lost', async () => {
      const { browser, sessionId } = await signedIn();
      await age(sessionId, 20 * MINUTE_MS);
      const lost = browser.copy();
      await lost.whoAmI();
      expect(lost.cookie).not.toBe(browser.cookie);
      await age(sessionId, 5 * MINUTE_MS);
      const before = browser.cookie;
      expect((await browser.whoAmI()).status).toBe(200);
      expect(browser.cookie).not.toBe(before);
      expect((await browser.whoAmI()).status).toBe(200);
      expect((await lost.whoAmI()).status).toBe(401);
    });
  });

  it('end after a time without use, and in any case in the end', async () => {
    const idle = await signedIn();
    await age(idle.sessionId, 59 * MINUTE_MS);
    expect((await idle.browser.whoAmI()).status).toBe(200);
    await age(idle.sessionId, 59 * MINUTE_MS);
    expect((await idle.browser.whoAmI()).status).toBe(200);
    await age(idle.sessionId, 61 * MINUTE_MS);
    expect((await idle.browser.whoAmI()).status).toBe(401);
    const old = await signedIn();
    for (let hours = 0; hours < 24; hours++) {
      await rows.update(old.sessionId, { lastUsedAt: new Date() });
      await age(old.sessionId, 59 * MINUTE_MS);
      expect((await old.browser.whoAmI()).status).toBe(200);
    }
    await rows.update(old.sessionId, { lastUsedAt: new Date() });
    await age(old.sessionId, 30 * MINUTE_MS);
    expect((await old.browser.whoAmI()).status).toBe(401);
  });

  it('last no longer than the key', async () => {
    const { userId } = await newUser();
    const expiresAt = new Date(Date.now() + 30 * MINUTE_MS).toISOString();
    const { key } = await admin.ok<{ key: string }>('POST', `/api/admin/users/${userId}/apiKeys`, {
      name: 'short',
      expiresAt,
    });
    expect(await new Browser(server.url).signIn(key)).toMatchObject({ expiresAt, idleExpiresAt: expiresAt });
  });

  it('are listed and ended by their owner alone', async () => {
    const { user, browser, sessionId } = await signedIn();
    const phone = new Browser(server.url, { 'user-agent': 'Phone/2.0' });
    const { sessionId: phoneId } = await phone.signIn(user.key);
    const list = await browser.ok<{ items: object[] }>('GET', '/api/users/current/sessions?OrderBy=createdAt');
    expect(list.items).toEqual([
      expect.objectContaining({ sessionId, browser: 'Test/1.0', signedInBy: 'apiKey', isCurrent: true }),
      expect.objectContaining({ sessionId: phoneId, browser: 'Phone/2.0', isCurrent: false }),
    ]);
    const stranger = await signedIn('admin');
    const path = `/api/users/current/sessions/${String(phoneId)}`;
    expect(await stranger.browser.refused('DELETE', path)).toEqual([404, 'NOT_FOUND']);
    expect(await browser.status('DELETE', path)).toBe(204);
    expect((await phone.whoAmI()).status).toBe(401);
    expect(await browser.status('DELETE', path)).toBe(404);
    const used = browser.copy();
    expect(await browser.status('DELETE', '/api/sessions/current')).toBe(204);
    expect(browser.cookies.size).toBe(0);
    expect((await used.whoAmI()).status).toBe(401);
    // What is open to everybody stays open to a browser that does not know yet.
    expect(await used.status('GET', '/api/bots')).toBe(200);
    expect(await used.status('POST', '/api/sessions', { apiKey: user.key })).toBe(201);
  });

  it('are replaced by a new sign-in of the same browser', async () => {
    const { browser, sessionId } = await signedIn();
    const other = await newUser('agent');
    await browser.signIn(other.key);
    expect((await browser.whoAmI()).body['user']).toMatchObject({ userId: other.userId });
    expect(await rows.existsBy({ id: sessionId })).toBe(false);
  });

  it('end with the key, with the account, and follow its roles', async () => {
    const revoked = await signedIn();
    await admin.ok('DELETE', `/api/admin/users/${revoked.user.userId}/apiKeys/${revoked.user.apiKeyId}`);
    expect((await revoked.browser.whoAmI()).status).toBe(401);
    const deleted = await signedIn();
    await admin.ok('DELETE', `/api/admin/users/${deleted.user.userId}`);
    expect((await deleted.browser.whoAmI()).status).toBe(401);
    const demoted = await signedIn('agent');
    await admin.ok('PUT', `/api/admin/users/${demoted.user.userId}`, { roles: ['user'] });
    expect(await demoted.browser.status('GET', '/api/takeover/queue')).toBe(403);
    expect((await demoted.browser.whoAmI()).status).toBe(200);
  });

  it('are at most fifty for a user, the oldest giving way', async () => {
    const { key, userId } = await newUser();
    const first = new Browser(server.url);
    await first.signIn(key);
    for (let more = 0; more < 50; more++) await new Browser(server.url).signIn(key);
    expect(await rows.countBy({ userId })).toBe(50);
    expect((await first.whoAmI()).status).toBe(401);
  });

  it('are in the audit log under the name of their user', async () => {
    const { user, browser, sessionId } = await signedIn();
    await browser.text('DELETE', '/api/sessions/current');
    const { items } = await admin.ok<{ items: Record<string, unknown>[] }>('GET', '/api/admin/audit?PageSize=5');
    const actor = `user:${user.userId}`;
    expect(items[0]).toMatchObject({ actor, action: 'session.ended' });
    expect(items[1]).toMatchObject({ actor, action: 'session.created', target: `session:${sessionId}` });
    expect(JSON.stringify(items)).not.toContain(user.key);
  });
});
