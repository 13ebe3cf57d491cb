import { startTestApp, type TestApp } from '../../support/app.js';
import { OidcIssuer } from '../../support/oidc-issuer.js';
import { Browser } from './browser.js';

const PROXIED = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example.com' };

describe('sign-ins at the identity provider', () => {
  let server: TestApp;
  let issuer: OidcIssuer;
  beforeAll(async () => {
    issuer = await OidcIssuer.start();
    server = await startTestApp({ ...issuer.clientSettings, OIDC_NAME: 'Example SSO', TRUST_PROXY: '127.0.0.1' });
  });
  beforeEach(() => {
    issuer.isBroken = false;
    issuer.identity = { sub: 'ada', preferred_username: 'ada' };
    issuer.access = { sub: 'ada', preferred_username: 'ada', roles: ['agent'] };
  });
  afterAll(async () => {
    await server.stop();
    await issuer.stop();
  });

  const locationOf = (answer: Response, status: number): string => {
    expect(answer.status).toBe(status);
    return answer.headers.get('location')!;
  };
  const start = async (browser: Browser, returnTo = ''): Promise<string> =>
    locationOf(
      await browser.raw('GET', `/api/sessions/oidc${returnTo && `?returnTo=${encodeURIComponent(returnTo)}`}`),
      302,
    );
  /** The issuer's page, which leads back; as a path of ours. */
  const passThrough = async (location: string): Promise<string> => {
    const back = new URL(locationOf(await fetch(location, { redirect: 'manual' }), 302));
    return back.pathname + back.search;
  };
  const finish = async (browser: Browser, path: string): Promise<string> =>
    locationOf(await browser.raw('GET', path, undefined, { 'sec-fetch-site': 'cross-site' }), 303);
  const signIn = async (browser: Browser, returnTo?: string): Promise<string> =>
    finish(browser, await passThrough(await start(browser, returnTo)));

  it('lead back to the page with a session of the account, with the roles that its tokens name', async () => {
    const browser = new Browser(server.url);
    expect((await browser.call('GET', '/api/sessions/options')).body).toEqual({
      apiKey: true,
      oidc: { name: 'Example SSO' },
    });
    expect(await signIn(browser, '/console/chats?Owner=human')).toBe('/console/chats?Owner=human');
    expect((await browser.whoAmI()).body['user']).toMatchObject({ login: 'ada', roles: ['user', 'agent'] });
    const { items } = await browser.ok<{ items: object[] }>('GET', '/api/users/current/sessions');
    expect(items).toEqual([expect.objectContaining({ signedInBy: 'oidc' })]);
    // Only the session is left.
    expect([...browser.cookies.keys()]).toEqual(['baton_session']);
  });

  it('ask with a challenge, a nonce and a state that no page can read', async () => {
    const browser = new Browser(server.url, PROXIED);
    const answer = await browser.raw('GET', '/api/sessions/oidc');
    const location = new URL(answer.headers.get('location')!);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      redirect_uri: 'https://chat.example.com/api/sessions/oidc/callback',
    });
    const [set] = answer.headers.getSetCookie();
    expect(set).toMatch(/^__Host-baton_sign_in=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(set).not.toContain(location.searchParams.get('state'));
    expect(await finish(browser, await passThrough(location.href))).toBe('/console');
    expect([...browser.cookies.keys()]).toEqual(['__Host-baton_session']);
  });

  it.each(['https://evil.example/console', '//evil.example/console', '/widget/welcome', '/console/../api/bots'])(
    'lead to the console and nowhere else: %s',
    async (returnTo) => expect(await signIn(new Browser(server.url), returnTo)).toBe('/console'),
  );

  describe('fail, and say so to the console,', () => {
    const FAILED = '/console?signInError=SIGN_IN_FAILED';
    const failing: Record<string, (browser: Browser) => Promise<string>> = {
      'without the cookie of the browser that started': async (browser) =>
        finish(new Browser(server.url), await passThrough(await start(browser))),
      'with the answer to another sign-in': async (browser) => {
        const foreign = await passThrough(await start(new Browser(server.url)));
        await start(browser);
        return finish(browser, foreign);
      },
      'with a code that was used': async (browser) => {
        const copy = new Browser(server.url);
        const path = await passThrough(await start(browser));
        for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
        await finish(copy, path);
        return finish(browser, path);
      },
      'with a code that is made up': async (browser) => {
        const path = await passThrough(await start(browser));
        return finish(browser, path.replace(/code=[^&]+/, 'code=made-up'));
      },
      'with a cookie that is made up': async (browser) => {
        const path = await passThrough(await start(browser));
        browser.cookies.set('baton_sign_in', 'x.y.z');
        return finish(browser, path);
      },
      'refused by the issuer': async (browser) => {
        const { searchParams } = new URL(await start(browser));
        return finish(browser, `/api/sessions/oidc/callback?error=access_denied&state=${searchParams.get('state')}`);
      },
      'with a token for others': async (browser) => {
        issuer.identity['aud'] = 'another-client';
        return signIn(browser);
      },
      'with a token of another sign-in': async (browser) => {
        issuer.identity['nonce'] = 'another';
        return signIn(browser);
      },
      'with a token of another issuer': async (browser) => {
        issuer.identity['iss'] = 'https://evil.example';
        return signIn(browser);
      },
      'with a token that has expired': async (browser) => {
        issuer.identity['exp'] = 1;
        return signIn(browser);
      },
    };
    it.each(Object.keys(failing))('%s', async (name) => {
      const browser = new Browser(server.url);
      expect(await failing[name]!(browser)).toBe(FAILED);
      expect([...browser.cookies.keys()]).not.toContain('baton_session');
    });

    it('while the issuer cannot be reached', async () => {
      const browser = new Browser(server.url);
      const path = await passThrough(await start(browser));
      issuer.isBroken = true;
      expect(await finish(browser, path)).toMatch(/^\/console\?signInError=(AUTH_UNAVAILABLE|SIGN_IN_FAILED)$/);
      const away = await OidcIssuer.start();
      const { clientSettings } = away;
      await away.stop();
      const alone = await startTestApp(clientSettings);
      expect(await new Browser(alone.url).refused('GET', '/api/sessions/oidc')).toEqual([503, 'AUTH_UNAVAILABLE']);
      await alone.stop();
    });
  });

  it('take no user for another one by the token of access', async () => {
    issuer.access = { sub: 'grace', preferred_username: 'grace', roles: ['admin'] };
    const browser = new Browser(server.url);
    await signIn(browser);
    expect((await browser.whoAmI()).body['user']).toMatchObject({ login: 'ada', roles: ['user'] });
  });

  it('are not there without a client', async () => {
    const without = await startTestApp(issuer.settings);
    const browser = new Browser(without.url);
    expect((await browser.call('GET', '/api/sessions/options')).body).toEqual({ apiKey: true, oidc: null });
    for (const path of ['/api/sessions/oidc', '/api/sessions/oidc/callback?code=a&state=b'])
      expect(await browser.refused('GET', path)).toEqual([404, 'NOT_FOUND']);
    await without.stop();
  });
});
