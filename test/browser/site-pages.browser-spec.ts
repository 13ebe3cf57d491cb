import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { House, Visit } from './house.js';
import { Site } from './site.js';

/** For people to look at; not kept. */
const FOLDER = join(__dirname, 'screenshots');
const SIZES = [
  ['phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ['desktop', { viewport: { width: 1280, height: 800 } }],
] as const;
const DIALOG = `<dialog style="transform: translateY(40px); overflow: hidden; padding: 2em"><p>Choose a size</p>
  <button id="done">Done</button></dialog><script>
  const dialog = document.querySelector('dialog');
  dialog.addEventListener('click', (event) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    if (event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom) dialog.close();
  });
  document.querySelector('#done').addEventListener('click', () => dialog.close());
  </script>`;

describeInBrowser('the button beside what the site shows', () => {
  let house: House;
  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    house = await House.open();
  }, 90_000);
  afterAll(() => house.close());

  const picture = (page: Page, name: string): Promise<Buffer> => page.screenshot({ path: join(FOLDER, `${name}.png`) });
  const showDialog = (page: Page): Promise<void> => page.evaluate(() => document.querySelector('dialog')!.showModal());
  const isDialogOpen = (page: Page): Promise<boolean> =>
    page.evaluate(() => document.querySelector('dialog')!.hasAttribute('open'));

  it.each(SIZES)('is within reach while a modal dialog is open, %s', async (size, options) => {
    const bot = await house.createBot();
    const page = await house.newPage(options);
    await page.goto(house.site.add(`/dialog-${size}`, DIALOG + house.launcherTag(bot)));
    await page.locator('[data-baton-widget] button').waitFor();
    await showDialog(page);
    const visit = new Visit(page);
    await visit.open();
    await visit.say('[[text=In the dialog]]');
    await visit.answered('In the dialog');
    await picture(page, `dialog-${size}`);
    expect(await isDialogOpen(page)).toBe(true);
    await page.evaluate(() => document.querySelector('dialog')!.close());
    // The chat goes on where it was, in the same frame.
    await visit.say('[[text=After it]]');
    await visit.answered('After it');
    expect(await visit.questions.count()).toBe(2);
    await showDialog(page);
    await visit.sees('After it');
    await page.evaluate(() => document.querySelector('dialog')!.remove());
    await visit.sees('After it');
    await visit.leave();
  });

  it('leaves the dialog open that the chat is closed in', async () => {
    const bot = await house.createBot();
    const page = await house.newPage();
    await page.goto(house.site.add('/dialog-escape', DIALOG + house.launcherTag(bot)));
    await page.locator('[data-baton-widget] button').waitFor();
    await showDialog(page);
    await new Visit(page).open();
    await page.getByRole('button', { name: 'Close chat' }).click();
    await page.getByRole('button', { name: 'Open chat' }).click();
    await page.getByRole('button', { name: 'Close chat' }).focus();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Open chat' }).waitFor();
    expect(await isDialogOpen(page)).toBe(true);
    await page.locator('#done').click();
    expect(await isDialogOpen(page)).toBe(false);
    await page.getByRole('button', { name: 'Open chat' }).click();
    await page.context().close();
  });

  it.each(SIZES)(
    'stands above the button of another bot, and one chat is open at a time, %s',
    async (size, options) => {
      const [first, second] = [await house.createBot(), await house.createBot()];
      const page = await house.newPage(options);
      await page.goto(house.site.add(`/two-${size}`, house.launcherTag(first)));
      const buttonOf = ({ code }: { code: string }) => page.locator(`[data-baton-widget="${code}"] button`);
      await buttonOf(first).waitFor();
      await page.evaluate(
        ([src, code]) => {
          const script = document.createElement('script');
          Object.assign(script, { src });
          script.dataset['bot'] = code;
          document.body.append(script);
        },
        [`${house.line.url}/widget.js`, second.code] as const,
      );
      await buttonOf(second).waitFor();
      await picture(page, `two-${size}`);
      await buttonOf(first).click();
      await page.frameLocator(`[data-baton-widget="${first.code}"] iframe`).locator('#message-input').waitFor();
      await picture(page, `two-open-${size}`);
      if (size === 'phone')
        await page.frameLocator(`[data-baton-widget="${first.code}"] iframe`).locator('#message-input').press('Escape');
      else await buttonOf(first).click();
      await buttonOf(second).click();
      await page.frameLocator(`[data-baton-widget="${second.code}"] iframe`).locator('#message-input').waitFor();
      expect(await buttonOf(first).getAttribute('aria-expanded')).toBe('false');
      await page.context().close();
    },
  );

  it('goes on with its chat after a reload where the browser keeps nothing for frames', async () => {
    const bot = await house.createBot();
    const page = await house.newPage();
    const other = await Site.open('localhost');
    // As a browser that blocks third parties does.
    await page.addInitScript((origin) => {
      if (location.origin !== origin) return;
      Object.defineProperty(globalThis, 'localStorage', {
        get: () => {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      });
    }, new URL(house.line.url).origin);
    await page.goto(other.add('/blocked', house.launcherTag(bot)));
    const visit = new Visit(page);
    await visit.open();
    await visit.say('[[text=Before]]');
    await visit.answered('Before');
    await visit.reload();
    await visit.sees('Before');
    await visit.say('[[text=After]]');
    await visit.answered('After');
    expect(await visit.questions.count()).toBe(2);
    await visit.leave();
    await other.close();
  });
});

describeInBrowser('a conversation through a proxy that knows no WebSockets', () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open();
    house.provider.script('story', { text: 'One word after the other', tokens: 5, delay: 1000 });
  }, 90_000);
  afterAll(() => house.close());
  afterEach(() => {
    house.line.intercept = null;
    house.line.isPlain = false;
  });

  const isStream = ({
    headers,
    method,
  }: {
    headers: { accept?: string | undefined };
    method?: string | undefined;
  }): boolean => method === 'GET' && headers.accept === 'text/event-stream';

  it('streams', async () => {
    house.line.isPlain = true;
    const bot = await house.createBot();
    const visit = await house.visit(bot);
    await visit.say('[[text=First]]');
    await visit.answered('First');
    await visit.say('Tell a story');
    await eventually(async () => /^One word(?!.*other)/.test(await visit.lastAnswer()));
    await visit.answered('One word after the other');
    expect(await visit.frame.locator('.banner').count()).toBe(0);
    const agent = await house.createAgent('Ada');
    const { chatId } = await visit.remembered(bot);
    await agent.act(chatId, 'claim');
    await agent.act(chatId, 'messages', { text: 'Ada here' });
    await visit.sees('Ada here');
    await visit.leave();
  });

  it('goes on when the proxy ends streams, and when it keeps them back', async () => {
    house.line.isPlain = true;
    const ended = await house.visit(await house.createBot());
    house.line.intercept = (request, response) => {
      if (isStream(request)) setTimeout(() => response.destroy(), 300);
      return false;
    };
    await ended.say('Tell a story');
    await ended.answered('One word after the other');
    await ended.leave();
    house.line.intercept = (request, response) => {
      if (!isStream(request)) return false;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return true;
    };
    const held = await house.visit(await house.createBot());
    await held.say('Tell a story');
    await held.answered('One word after the other');
    await held.reload();
    await held.sees('One word after the other');
    expect(await held.questions.count()).toBe(1);
    await held.leave();
  });

  it('returns to the socket when there is one', async () => {
    house.line.isPlain = true;
    const visit = await house.visit(await house.createBot());
    await visit.say('[[text=Plain]]');
    await visit.answered('Plain');
    house.line.isPlain = false;
    await eventually(() => house.line.upgrades > 0);
    await visit.say('[[text=Socket]]');
    await visit.answered('Socket');
    expect([await visit.answers.count(), await visit.questions.count()]).toEqual([3, 2]);
    await visit.leave();
  });
});
