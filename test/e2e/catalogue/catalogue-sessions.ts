import { ADMIN_KEY } from '../../support/chat-server.js';
import { Browser } from '../auth/browser.js';
import type { Catalogue, Page } from './catalogue.support.js';

export const describeSessions = (catalogue: Catalogue): void =>
  describe('sessions of browsers', () => {
    const newBrowser = (): Browser => new Browser(catalogue.server.app.url, {}, catalogue.validator.fetch);

    it('open the console', async () => {
      const { url } = catalogue.server.app;
      const open = (path: string) =>
        catalogue.validator.fetch(url + path, { headers: { accept: 'text/html' }, redirect: 'manual' });
      expect((await open('/')).headers.get('location')).toBe('console');
      const page = await (await open('/console')).text();
      expect((await open(`/console/~/${/~\/([\w.-]+\.js)/.exec(page)![1]!}`)).status).toBe(200);
    });

    it('sign in by a key, and out', async () => {
      const browser = newBrowser();
      await browser.ok('GET', '/api/sessions/options');
      await browser.signIn(ADMIN_KEY);
      expect(await browser.whoAmI()).toMatchObject({ status: 200 });
      expect(await browser.status('DELETE', '/api/sessions/current')).toBe(204);
    });

    it('sign in at the issuer, and end each other', async () => {
      const browser = newBrowser();
      const start = await browser.raw('GET', '/api/sessions/oidc?returnTo=/console');
      const issuer = await fetch(start.headers.get('location')!, { redirect: 'manual' });
      const { pathname, search } = new URL(issuer.headers.get('location')!);
      expect(await browser.status('GET', pathname + search)).toBe(303);
      const { items } = await browser.ok<Page<{ sessionId: string }>>('GET', '/api/users/current/sessions');
      expect(await browser.status('DELETE', `/api/users/current/sessions/${items[0]!.sessionId}`)).toBe(204);
    });
  });
