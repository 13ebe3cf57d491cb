import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { describeInBrowser } from './chromium.js';
import { House, type TestBot, type Visit } from './house.js';

/** For people to look at; not kept. */
const FOLDER = join(__dirname, 'screenshots');
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };
const ANSWER = `Of course. A return takes **three steps**:

1. Open *My orders* and choose the order.
2. Print the label, or show the code at the counter.
3. We refund within \`5\` days.

| Parcel | Price |
| --- | --- |
| up to 5 kg | free |
| up to 20 kg | 4.90 € |

\`\`\`bash
curl https://shop.example/api/returns/4711
\`\`\`

More in [our terms](https://shop.example/terms).`;

describeInBrowser('how the page looks', () => {
  let house: House;
  let bot: TestBot;

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    house = await House.open();
    house.provider.script('return', { text: ANSWER });
    house.provider.script('zurück', { text: ANSWER });
    house.provider.script('open', { text: 'Let me look that up for you', tokens: 6, delay: 300_000, ttft: 50 });
    bot = await house.createBot({
      displayNameTv: { value: 'Bo', valueDe: 'Bo' },
      sampleQuestion1Tv: { value: 'How do I return an order?', valueDe: 'Wie schicke ich eine Bestellung zurück?' },
      sampleQuestion2Tv: { value: 'When are you open?', valueDe: 'Wann haben Sie geöffnet?' },
    });
    await house.changeWidget(bot, {
      titleTv: { value: 'Garden & Home', valueDe: 'Haus & Garten' },
      greetingTv: {
        value: 'Hello! I am **Bo**. Ask me about orders, returns and plants.',
        valueDe: 'Hallo! Ich bin **Bo**. Fragen Sie mich nach Bestellungen, Rücksendungen und Pflanzen.',
      },
      colour: '#0f766e',
      launcherTextTv: { value: 'Open chat', valueDe: 'Chat öffnen' },
    });
  }, 90_000);
  afterAll(() => house.close());

  const shoot = async (visit: Visit, name: string): Promise<void> => {
    await visit.page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
  };

  it.each<[string, BrowserContextOptions]>([
    ['phone-light', { ...PHONE, colorScheme: 'light' }],
    ['phone-dark', { ...PHONE, colorScheme: 'dark' }],
    ['desktop-light', { ...DESKTOP, colorScheme: 'light' }],
    ['desktop-dark', { ...DESKTOP, colorScheme: 'dark', locale: 'de-DE' }],
  ])('%s', async (name, options) => {
    const visit = await house.visit(bot, options);
    const question =
      options.locale === 'de-DE' ? 'Wie schicke ich eine Bestellung zurück?' : 'How do I return an order?';
    await visit.button(question).waitFor();
    await shoot(visit, `${name}-1-greeting`);
    await visit.button(question).click();
    await visit.frame.getByRole('link', { name: 'our terms' }).waitFor();
    await shoot(visit, `${name}-2-answer`);
    const { chatId } = JSON.parse((await visit.memory())[`baton:${bot.botId}`]!) as { chatId: string };
    const ada = await house.createAgent('Ada Lovelace');
    await visit.button(/person|Menschen/i).click();
    await visit.button(/Stop waiting|Nicht mehr warten/).waitFor();
    await shoot(visit, `${name}-3-waiting`);
    await ada.act(chatId, 'claim');
    await ada.act(chatId, 'messages', { text: 'Hello, Ada here. Which order is it about?' });
    await visit.sees('Which order is it about?');
    await visit.say('Number 4711, please.\nIt arrived broken.');
    await visit.log.locator('.state').waitFor({ state: 'detached' });
    await ada.act(chatId, 'typing', { isTyping: true });
    await visit.sees(/Ada Lovelace (is typing|schreibt)/);
    await shoot(visit, `${name}-4-person`);
    house.line.cut();
    await visit.say('Are you still there?');
    await visit.frame.locator('.banner').waitFor();
    await shoot(visit, `${name}-5-offline`);
    house.line.mend();
    await visit.log.locator('.state').waitFor({ state: 'detached' });
    await visit.button(/End chat|Chat beenden/).click();
    await visit.button(/End it|^Beenden/).click();
    await visit.button(/Start a new chat|Neuen Chat beginnen/).waitFor();
    await shoot(visit, `${name}-6-ended`);
    await visit.leave();
  });

  it('draws one button for a bot, however often the page has its line', async () => {
    const page = await house.newPage();
    const tag = house.launcherTag(bot);
    const same = `<script src="${house.line.url}/widget/${bot.code}/loader.js" async></script>`;
    await page.goto(house.site.add('/twice', tag + same + tag));
    await page.getByRole('button', { name: 'Open chat' }).waitFor();
    await page.waitForLoadState('load');
    expect(await page.locator('[data-baton-widget]').count()).toBe(1);
    await page.context().close();
  });

  it('begins with the greeting where there is little room', async () => {
    const visit = await house.visit(bot, { viewport: { width: 640, height: 330 } });
    const greeting = visit.answers.first();
    await greeting.waitFor();
    const [head, log] = [await visit.frame.locator('.head').boundingBox(), await visit.log.boundingBox()];
    expect((await greeting.boundingBox())!.y).toBeGreaterThanOrEqual(head!.y + head!.height);
    expect(log!.height).toBeGreaterThan(160);
    await visit.leave();
  });

  it('writes every language in its direction, and code from left to right', async () => {
    house.provider.script('arabic', { text: 'مرحبا!\n\n1. افتح *طلباتي*.\n\nEnglish\n\n```\nمرحبا()\n```' });
    const visit = await house.visit(bot);
    await visit.say('arabic مرحبا');
    await visit.frame.locator('.code').waitFor();
    const directions = await visit.log
      .locator('.line.theirs')
      .last()
      .locator('p, ol, pre')
      .evaluateAll((blocks) => blocks.map((block) => getComputedStyle(block).direction));
    expect(directions).toEqual(['rtl', 'rtl', 'ltr', 'ltr']);
    await visit.leave();
  });

  it('fits the window: nothing is wider, whatever is written', async () => {
    const visit = await house.visit(bot, PHONE);
    const long = 'x'.repeat(400);
    house.provider.script('wide', {
      text: `${long}\n\n\`\`\`\n${long}\n\`\`\`\n\n| a | b |\n|-|-|\n| ${long} | ${long} |`,
    });
    await visit.say(`wide ${long}`);
    await visit.frame.locator('.bubble table').waitFor();
    const excess = await visit.log.evaluate((log) => log.scrollWidth - log.clientWidth);
    const room = await visit.frame.locator('body').evaluate((body) => body.scrollWidth - window.innerWidth);
    expect([excess, room]).toEqual([0, 0]);
    await visit.leave();
  });
});
