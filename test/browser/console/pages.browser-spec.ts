import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.js';
import { CLIENT, OidcIssuer } from '../../support/oidc-issuer.js';
import { describeInBrowser } from '../chromium.js';
import { guard } from '../guard.js';
import { House, type TestBot } from '../house.js';
import { PAYLOADS } from '../payloads.js';
import { createAgent, createCustomer, Desk, type AgentAtDesk, type Customer } from './desk.js';

const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const RUN = "alert('ran')";

/** What axe finds on the page, by the rules of WCAG 2.2 AA. Its program is not one of the page: it is let in beside the policy. */
async function findings(page: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const context = await page.context().newCDPSession(page);
  await context.send('Runtime.evaluate', { expression: AXE });
  return page.evaluate(async (wanted) => {
    type Axe = {
      run(context: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
    };
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run(document, { runOnly: wanted });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }, tags);
}

describeInBrowser('the pages of the console', () => {
  let house: House;
  let bot: TestBot;
  let ada: AgentAtDesk;
  let customer: Customer;

  beforeAll(async () => {
    house = await House.open();
    bot = await house.createBot();
    ada = await createAgent(house, 'Ada Lovelace');
    customer = await createCustomer(house, bot, 'Priya Raman');
    await customer.say('Where is my order?');
    await customer.askForPerson();
  }, 90_000);
  afterAll(() => house.close());

  it('asks who is there, says when a key is wrong, and leads to the page that was wanted', async () => {
    const desk = new Desk(house, await house.newPage());
    const faults = guard(desk.page);
    await desk.goTo(`/desk/waiting/${customer.chatId}`);
    await desk.page.locator('input[name=key]').fill('bt_wrong');
    await desk.page.keyboard.press('Enter');
    await desk.sees('This key is not valid');
    await desk.signIn(ada.key);
    await desk.log.getByText('Where is my order?').waitFor();
    expect(new URL(desk.page.url()).pathname).toBe(`/console/desk/waiting/${customer.chatId}`);
    // Nothing by which one could sign in is in the reach of a script.
    const kept = await desk.page.evaluate(() =>
      JSON.stringify([document.cookie, Object.entries(localStorage), Object.entries(sessionStorage)]),
    );
    expect(kept).not.toMatch(/bt_|baton_session/);
    expect(faults).toEqual([]);
    await desk.leave();
  });

  it.each([
    ['light', {}],
    ['dark', {}],
    ['light', PHONE],
  ] as const)('has no finding of axe on any page, %s %o', async (colorScheme, size) => {
    const desk = new Desk(house, await house.newPage({ viewport: { width: 1440, height: 900 }, ...size, colorScheme }));
    await desk.goTo('');
    await desk.page.locator('input[name=key]').waitFor();
    const found = [await findings(desk.page)];
    await desk.signIn(ada.key);
    await desk.row('Priya Raman').waitFor();
    found.push(await findings(desk.page));
    await desk.goTo(`/desk/waiting/${customer.chatId}`);
    await desk.log.getByText('Where is my order?').waitFor();
    found.push(await findings(desk.page));
    await desk.goTo('/sessions');
    await desk.sees('This browser');
    found.push(await findings(desk.page));
    await desk.goTo('/chats?note=false');
    await desk.page.getByRole('link', { name: /Priya Raman/ }).waitFor();
    found.push(await findings(desk.page));
    await desk.goTo('/desk/waiting/none');
    await desk.sees('There is no such chat');
    found.push(await findings(desk.page));
    expect(found).toEqual([[], [], [], [], [], []]);
    await desk.leave();
  });

  it('shows everything that people and bots write, and runs nothing of it', async () => {
    const payloads = PAYLOADS.map((payload) =>
      payload.replaceAll('RUN', RUN).replaceAll('CANARY', 'https://canary.invalid'),
    );
    house.provider.script('everything', { text: payloads.join('\n\n') });
    const attacker = await createCustomer(house, bot, '<img src=x onerror=alert(1)>');
    await attacker.say('everything');
    for (const part of [payloads.slice(0, 60), payloads.slice(60)]) await attacker.say(part.join('\n'));
    await attacker.askForPerson();
    const desk = await Desk.open(house, ada, `/desk/waiting/${attacker.chatId}`);
    const faults = guard(desk.page);
    await desk.log.getByText('everything', { exact: true }).waitFor();
    for (const name of ['Note', 'Whisper'] as const) {
      await desk.button(name).first().click();
      await desk.page.getByRole('textbox', { name }).fill(payloads.slice(0, 40).join('\n'));
      await desk.page.keyboard.press('Enter');
    }
    await desk.log.locator('[data-kind=whisper]').last().waitFor();
    await desk.page.mouse.move(900, 400);
    for (let step = 0; step < 12; step++) await desk.page.mouse.wheel(0, -1500);
    await desk.log.locator('[data-author=bot]').first().waitFor();
    expect(faults).toEqual([]);
    expect(await desk.log.locator('[onerror], [onload], script, iframe, img, [href^="javascript"]').count()).toBe(0);
    await desk.leave();
  });

  it('is worked through by keyboard alone', async () => {
    const desk = await Desk.open(house, ada, '/desk/waiting');
    await desk.row('Priya Raman').waitFor();
    await desk.page.keyboard.press('j');
    await desk.log.getByText('Where is my order?').waitFor();
    await desk.page.keyboard.press('?');
    await desk.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await desk.page.keyboard.press('Escape');
    await desk.page.getByRole('dialog').waitFor({ state: 'detached' });
    await desk.page.keyboard.press('t');
    await desk.reply.waitFor();
    await eventually(() => desk.reply.evaluate((field) => field === document.activeElement));
    await desk.page.keyboard.type('By keyboard.');
    await desk.page.keyboard.press('Enter');
    await desk.log.locator('[data-status=complete]').getByText('By keyboard.').waitFor();
    await desk.page.keyboard.press('Escape');
    await desk.page.keyboard.press('b');
    await desk.page.getByRole('dialog', { name: 'Hand over' }).waitFor();
    await desk.page.keyboard.press('Tab');
    await desk.page.keyboard.press('Escape');
    await desk.leave();
  });

  it('works on a phone: list, chat, take over, answer', async () => {
    const phoned = await createCustomer(house, bot, 'Ravi Patel');
    await phoned.say('Hello');
    await phoned.askForPerson();
    const desk = await Desk.open(house, ada, '', PHONE);
    await desk.row('Ravi Patel').tap();
    await desk.button('Take over').first().tap();
    await desk.write('From a phone.');
    await desk.log.getByText('From a phone.').waitFor();
    await desk.page.getByRole('link', { name: 'Back' }).tap();
    await desk.page.getByRole('link', { name: /Mine/ }).tap();
    await desk.row('Ravi Patel').waitFor();
    const overflow = await desk.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await desk.leave();
  });

  it('draws the rows in view of a queue of 500', async () => {
    const waiting = Array.from({ length: 500 }, (_, index) => index);
    for (let from = 0; from < waiting.length; from += 10)
      await Promise.all(
        waiting.slice(from, from + 10).map(async () => {
          const { chatId } = await house.call<{ chatId: string }>(
            'POST',
            '/api/chats/create/bybotcode',
            { botCode: bot.code },
            ada.key,
          );
          await house.call('POST', `/api/chats/${chatId}/takeover/request`, undefined, ada.key);
        }),
      );
    const desk = await Desk.open(house, ada, '/desk/waiting');
    await eventually(
      async () => Number(await desk.page.locator('[aria-setsize]').first().getAttribute('aria-setsize')) >= 100,
    );
    expect(await desk.page.locator('[data-chat]').count()).toBeLessThan(60);
    await desk.leave();
  });
});

describeInBrowser('signing in at an identity provider', () => {
  it('leads there and back to the page that was wanted', async () => {
    const issuer = await OidcIssuer.start();
    issuer.identity = { roles: ['agent'] };
    issuer.access = { roles: ['agent'] };
    const client = { OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret };
    const house = await House.open({ env: { ...issuer.settings, ...client } });
    const desk = new Desk(house, await house.newPage());
    await desk.goTo('/sessions');
    await desk.page.getByRole('link', { name: /Sign in with/ }).click();
    await desk.sees('This browser');
    expect(new URL(desk.page.url()).pathname).toBe('/console/sessions');
    await house.close();
    await issuer.stop();
  }, 90_000);
});
