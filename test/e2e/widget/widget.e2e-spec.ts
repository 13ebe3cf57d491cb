import { statSync } from 'node:fs';
import { ChatServer } from '../../support/chat-server.js';
import { WidgetServer } from './widget.support.js';

type Body = Record<string, unknown>;

describe('the embedded page', () => {
  let widget: WidgetServer;

  const assistant = (botId: string): string => `asst_${botId.replaceAll('-', '')}`;
  const policyOf = (headers: Headers): Record<string, string> =>
    Object.fromEntries(
      (headers.get('content-security-policy') ?? '').split('; ').map((part) => {
        const [name = '', ...values] = part.split(' ');
        return [name, values.join(' ')];
      }),
    );

  beforeAll(async () => {
    widget = await WidgetServer.start();
  });
  afterAll(() => widget.stop());

  describe('as HTML', () => {
    it('is the same by code, by assistant id and by bot id', async () => {
      const { botId, code } = await widget.createBot();
      for (const path of [
        `/widget/${code}`,
        `/chatbot?assistant_id=${assistant(botId)}`,
        `/chatbot?assistant_id=${botId}`,
      ]) {
        const { status, headers, text } = await widget.get(path);
        expect([path, status, headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8']);
        expect(text).toContain('id="chat-container"');
        expect(text).toContain('<title>Bo</title>');
        expect(text).toContain(`"botId":"${botId}"`);
      }
    });

    it('speaks the reader’s language, or the one that is asked for', async () => {
      const { code } = await widget.createBot();
      expect((await widget.get(`/widget/${code}`, { 'accept-language': 'de-AT,en;q=0.5' })).text).toContain(
        'lang="de"',
      );
      expect((await widget.get(`/widget/${code}?lang=de`)).text).toContain('<title>Bodo</title>');
      expect((await widget.get(`/widget/${code}?lang=fr`)).text).toContain('lang="en"');
    });

    it('needs an assistant id', async () => {
      for (const path of [
        '/chatbot',
        '/chatbot?assistant_id=',
        '/chatbot?assistant_id=%20',
        '/chatbot?assistant_id=a&assistant_id=b',
      ]) {
        const { status, headers, text } = await widget.get(path);
        expect([status, text, headers.get('content-type')]).toEqual([
          400,
          'Assistant ID is required',
          'text/plain; charset=utf-8',
        ]);
      }
    });

    it('says kindly that a bot is not there', async () => {
      const closed = await widget.createBot({ isPublic: false });
      const inactive = await widget.createBot({ isActive: false });
      for (const path of [
        '/widget/nowhere',
        '/widget/%20',
        `/widget/${'x'.repeat(500)}`,
        `/widget/${closed.code}`,
        `/widget/${inactive.code}`,
        '/chatbot?assistant_id=asst_nowhere',
        `/chatbot?assistant_id=${assistant(closed.botId)}`,
      ]) {
        const { status, headers, text } = await widget.get(path);
        expect([path, status, headers.get('content-type')]).toEqual([path, 404, 'text/html; charset=utf-8']);
        expect(text).toContain('This chat is not available');
        expect(policyOf(headers)['default-src']).toBe("'none'");
      }
    });

    it('is closed to everything that does not come from the server', async () => {
      const { code } = await widget.createBot();
      const { headers, text } = await widget.get(`/widget/${code}`);
      expect(policyOf(headers)).toEqual({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'img-src': "'self' data: https:",
        'connect-src': "'self'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'require-trusted-types-for': "'script'",
        'trusted-types': 'dompurify',
        'frame-ancestors': '*',
      });
      expect(headers.get('x-frame-options')).toBeNull();
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('set-cookie')).toBeNull();
      expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
      expect(text.match(/<script(?! type="application\/json")[^>]*>/g)).toEqual([
        expect.stringMatching(/^<script type="module" src="\.\.\/widget\/~\/[\w.-]+\.js">$/),
      ]);
    });

    it('may be embedded by the origins of its list alone', async () => {
      const { botId, code } = await widget.createBot();
      const allowedOrigins = ['https://www.example.com', 'https://*.example.org', 'http://localhost:8080'];
      expect((await widget.change(botId, { allowedOrigins })).status).toBe(200);
      const { headers } = await widget.get(`/widget/${code}`);
      expect(policyOf(headers)['frame-ancestors']).toBe(allowedOrigins.join(' '));
      expect(headers.get('x-frame-options')).toBeNull();
    });

    it('finds its files below any path and however its address is written', async () => {
      const { botId, code } = await widget.createBot();
      const paths = [
        `/widget/${code}`,
        `/widget/${code}/`,
        `//widget///${code}?lang=de`,
        `/chatbot?assistant_id=${botId}`,
      ];
      for (const path of paths) {
        const { text } = await widget.get(path);
        const addresses = [...text.matchAll(/(?:src|href)="((?!data:)[^"]+)"/g)].map(([, address]) => address!);
        expect(addresses).toHaveLength(2);
        for (const prefix of ['', '/some/where']) {
          const page = new URL(prefix + path, 'http://proxy.example');
          for (const address of addresses) {
            expect(address).toMatch(/^\.{1,2}\//);
            const found = new URL(address, page).pathname;
            expect([path, found]).toEqual([path, expect.stringMatching(new RegExp(`^${prefix}/widget/~/[\\w.-]+$`))]);
            expect((await widget.get(found.slice(prefix.length))).status).toBe(200);
          }
          const { base } = JSON.parse(/id="widget-settings">(.*?)<\/script>/.exec(text)![1]!) as { base: string };
          expect(new URL(base, page).pathname).toBe(`${prefix}/`);
        }
      }
    });

    it('lets no text of the bot out of its place', async () => {
      const value = `</script><script>alert(1)</script><!--"'&`;
      const { botId, code } = await widget.createBot({ displayNameTv: { value, valueDe: value } });
      await widget.change(botId, { titleTv: { value, valueDe: '' }, greetingTv: { value, valueDe: value } });
      const { text } = await widget.get(`/widget/${code}`);
      expect(text).not.toContain('<script>alert');
      expect(text).not.toContain('<!--');
      const block = JSON.parse(/id="widget-settings">(.*?)<\/script>/.exec(text)![1]!) as { bot: { title: Body } };
      expect(block.bot.title['value']).toBe(value);
    });
  });

  describe('files', () => {
    it('are kept for ever and sent compressed', async () => {
      const { code } = await widget.createBot();
      const { text } = await widget.get(`/widget/${code}`);
      for (const [, name] of text.matchAll(/widget\/~\/([\w.-]+)"/g)) {
        const file = await widget.get(`/widget/~/${name}`, { 'accept-encoding': 'gzip' });
        expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
        expect(file.headers.get('content-encoding')).toBe('gzip');
        expect(file.headers.get('content-type')).toMatch(/^text\/(javascript|css)/);
        const plain = await widget.get(`/widget/~/${name}`, { 'accept-encoding': 'identity' });
        expect([plain.headers.get('content-encoding'), plain.text]).toEqual([null, file.text]);
        const known = await widget.get(`/widget/~/${name}`, { 'if-none-match': file.headers.get('etag')! });
        expect([known.status, known.text]).toEqual([304, '']);
      }
    });

    it('count against no limit', async () => {
      const limited = await ChatServer.start({ THROTTLE_ANONYMOUS_LIMIT: '3', REDIS_URL: '' });
      const ask = async (path: string): Promise<number> => (await fetch(limited.app.url + path)).status;
      const page = await (await fetch(`${limited.app.url}/widget/welcome`)).text();
      const name = /widget\/~\/([\w.-]+\.css)/.exec(page)![1]!;
      for (let times = 0; times < 5; times++) expect(await ask(`/widget/~/${name}`)).toBe(200);
      expect([await ask('/widget.js'), await ask('/widget.js'), await ask('/widget.js')]).toEqual([200, 200, 429]);
      await limited.stop();
    });

    it('are less than 60 kB together, as they go over the line', async () => {
      const { text } = await widget.get(`/widget/${(await widget.createBot()).code}`);
      const names = [...text.matchAll(/widget\/~\/([\w.-]+)"/g)].map(([, name]) => name);
      const sizes = await Promise.all(
        names.map(async (name) => {
          const { headers } = await widget.get(`/widget/~/${name}`, { 'accept-encoding': 'br' });
          return headers.get('content-encoding') === 'br' ? statSync(`dist/apps/widget/${name}.br`).size : Infinity;
        }),
      );
      expect(sizes).toHaveLength(2);
      expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(60_000);
    });

    it.each(['nowhere.js', '..%2f..%2fapi%2fsrc%2fmain.js', '.vite%2fmanifest.json', 'manifest.json', 'launcher.js'])(
      'are known by name: %s is not there',
      async (name) => {
        expect((await widget.get(`/widget/~/${name}`)).status).toBe(404);
      },
    );
  });

  describe('launcher', () => {
    it('carries the looks of its bot', async () => {
      const { botId, code } = await widget.createBot();
      await widget.change(botId);
      const { status, headers, text } = await widget.get(`/widget/${code}/loader.js`);
      expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
      expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
      expect(text).toContain('"colour":"#ffcc00","position":"left","text":{"value":"Chat","valueDe":""}');
      expect((await widget.get('/widget.js')).text).toMatch(/\}\)\(null\);\n$/);
      expect((await widget.get('/widget/nowhere/loader.js')).status).toBe(404);
    });
  });
});
