import { readFileSync } from 'node:fs';
import { describeInBrowser, launchChromium } from '../browser/chromium.js';
import { Site } from '../browser/site.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { ADMIN_KEY, BatonServer } from '../support/server.mjs';
import { Project } from './project.js';

/** The TypeScript of the package's README, block by block. */
const blocks = [...readFileSync('packages/client/README.md', 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(
  ([, code]) => code!,
);
const importsTakeover = (code: string): boolean => code.includes('@baton/client/takeover');

/** What the conversation prints, whatever the bot says. */
const CONVERSATION =
  /^\S.*\n(.+\n)+The answer is completed\.\nThere is a bot welcome\.\n(\d+: .+\n)*\d+: ownership\.changed\n\d+: message\.created\n\d+: ownership\.changed\n$/;

describe('the packed client', () => {
  const project = new Project();
  const provider = new FakeProvider();
  let site: Site;
  let server: BatonServer;

  /** The README's program, for our server. */
  const program = (code: string[]): string =>
    code.join('').replaceAll('http://localhost:5000', server.url).replaceAll('the admin key', ADMIN_KEY);

  beforeAll(async () => {
    await provider.start();
    site = await Site.open();
    server = await BatonServer.start({ providerUrl: provider.baseUrl, env: { CORS_ORIGINS: site.origin } });
    await project.install('socket.io-client');
    project.write('conversation.ts', program(blocks));
    project.write('streaming.ts', program(blocks.filter((code) => !importsTakeover(code))));
    await project.compile('conversation.ts', 'streaming.ts');
  }, 120_000);
  afterAll(async () => {
    await server?.dispose();
    await site?.close();
    await provider.stop();
    project.remove();
  });

  it('has the version of the server', () => {
    const versionOf = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8')).version;
    expect(versionOf('packages/client/package.json')).toBe(versionOf('package.json'));
  });

  it('holds the conversation of its README under Node', async () => {
    expect(await project.node('conversation.js')).toMatch(CONVERSATION);
  });

  it('does without socket.io where nothing is taken over', async () => {
    expect(await project.bundle('streaming.js')).not.toContain('socket.io');
    expect(await project.bundle('conversation.js')).toContain('socket.io');
  });

  describeInBrowser('in a browser', () => {
    it('holds the conversation of its README', async () => {
      const script = await project.bundle('conversation.js');
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        let printed = '';
        page.on('console', (message) => (printed += `${message.text()}\n`));
        page.on('pageerror', (error) => (printed += `${String(error)}\n`));
        await page.goto(site.add('/', `<script type="module">${script};document.title = 'done';</script>`));
        await page.waitForFunction("document.title === 'done'");
        expect(printed).toMatch(CONVERSATION);
      } finally {
        await browser.close();
      }
    });
  });
});
