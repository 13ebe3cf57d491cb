import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { guard } from './guard.js';
import { House, Visit } from './house.js';
import { Site } from './site.js';

describeInBrowser('the page in frames', () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open();
  }, 90_000);
  afterAll(() => house.close());

  const frameOn = async (site: Site, address: string): Promise<{ page: Page; isShown: () => Promise<boolean> }> => {
    const page = await house.newPage();
    await page.goto(site.add('/frame', `<iframe src="${address}" width="350" height="500"></iframe>`));
    await eventually(() => page.frames().length === 2 && page.frames()[1]!.url() !== '');
    const isShown = async (): Promise<boolean> =>
      (await page.frameLocator('iframe').locator('#message-input').count()) === 1;
    return { page, isShown };
  };

  it('is shown on every site when none is named', async () => {
    const bot = await house.createBot();
    const { page, isShown } = await frameOn(house.site, `${house.line.url}/widget/${bot.code}`);
    await eventually(isShown);
    await page.context().close();
  });

  it('is shown on the sites that are named, and on no other', async () => {
    const bot = await house.createBot();
    const other = await Site.open();
    await house.changeWidget(bot, { allowedOrigins: [house.site.origin] });
    const address = `${house.line.url}/widget/${bot.code}`;
    const good = await frameOn(house.site, address);
    await eventually(good.isShown);
    const page = await house.newPage();
    const refusals: string[] = [];
    page.on('console', (message) => refusals.push(message.text()));
    await page.goto(other.add('/', house.launcherTag(bot, 'data-open="true"')));
    await eventually(() => refusals.some((text) => text.includes('frame-ancestors')));
    expect(page.frames()[1]!.url()).toMatch(/^chrome-error:/);
    await good.page.context().close();
    await page.context().close();
    await other.close();
  });

  it('works with the embed code of the threads API’s own pages', async () => {
    const bot = await house.createBot();
    const address = `${house.line.url}/chatbot?assistant_id=asst_${bot.botId.replaceAll('-', '')}`;
    const page = await house.newPage();
    await page.goto(
      house.site.add(
        '/original',
        `<div id="chatbot-container"></div><script>
          const iframe = document.createElement('iframe');
          iframe.src = '${address}';
          iframe.style.cssText = 'position:fixed;bottom:0;right:0;width:350px;height:500px;border:none;z-index:1000';
          document.getElementById('chatbot-container').appendChild(iframe);
        </script>`,
      ),
    );
    const frame = page.frameLocator('iframe');
    for (const id of ['chat-container', 'chat-messages', 'chat-input', 'message-input', 'send-button'])
      await frame.locator(`#${id}`).waitFor();
    await frame.locator('#message-input').fill('[[text=As ever]]');
    await frame.locator('#send-button').click();
    await frame.locator('.line.theirs .bubble', { hasText: 'As ever' }).waitFor();
    await page.context().close();
  });

  it('accepts messages only from the page that opened it', async () => {
    const bot = await house.createBot();
    const visit = await house.visit(bot);
    const page = visit.page;
    // A stranger's frame on the same page says what only the chat's frame may say.
    await page.evaluate((html) => {
      const stranger = document.createElement('iframe');
      stranger.name = 'stranger';
      stranger.srcdoc = html;
      document.body.append(stranger);
    }, `<script>parent.postMessage({ baton: 'close' }, '*'); parent.document.title = 'said'</script>`);
    await eventually(async () => (await page.title()) === 'said');
    expect(await page.getByRole('button', { name: 'Close chat' }).getAttribute('aria-expanded')).toBe('true');
    await visit.leave();
  });

  it('runs on a page with a strict policy of its own', async () => {
    const bot = await house.createBot();
    const page = await house.newPage();
    const faults = guard(page);
    const origin = new URL(house.line.url).origin;
    const policy = `default-src 'none'; script-src ${origin}; frame-src ${origin}; require-trusted-types-for 'script'`;
    const tag = `<script src="${house.line.url}/widget/${bot.code}/loader.js" async></script>`;
    await page.goto(house.site.add('/strict', tag, { 'content-security-policy': policy }));
    const visit = new Visit(page);
    await visit.open();
    await visit.say('[[text=Strict]]');
    await visit.answered('Strict');
    expect(faults).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
    await visit.leave();
  });
});
