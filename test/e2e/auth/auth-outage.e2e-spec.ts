import { startTestApp } from '../../support/app.js';
import { OidcIssuer } from '../../support/oidc-issuer.js';

const ADMIN_KEY = 'administrator-of-the-tests-0123456789';

describe('an issuer that is away', () => {
  it('answers its users with 503 and leaves other callers alone', async () => {
    const issuer = await OidcIssuer.start();
    issuer.isBroken = true;
    const server = await startTestApp({ ADMIN_API_KEY: ADMIN_KEY, ...issuer.settings });
    const call = (token: string) =>
      fetch(`${server.url}/api/users/current`, { headers: { authorization: `Bearer ${token}` } });
    try {
      const refused = await call(await issuer.token());
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('5');
      expect(await refused.json()).toMatchObject({ code: 'AUTH_UNAVAILABLE' });
      expect((await call(ADMIN_KEY)).status).toBe(200);
    } finally {
      await server.stop();
      await issuer.stop();
    }
  });

  it('is asked again later, at the configured address of its keys', async () => {
    const issuer = await OidcIssuer.start();
    issuer.isBroken = true;
    const server = await startTestApp({ ...issuer.settings, OIDC_JWKS_URL: `${issuer.issuer}/keys` });
    const call = async () => {
      const authorization = `Bearer ${await issuer.token()}`;
      return (await fetch(`${server.url}/api/users/current`, { headers: { authorization } })).status;
    };
    try {
      expect(await call()).toBe(503);
      issuer.isBroken = false;
      expect(await call()).toBe(200);
      expect(new Set(issuer.requests)).toEqual(new Set(['/keys']));
    } finally {
      await server.stop();
      await issuer.stop();
    }
  });
});
