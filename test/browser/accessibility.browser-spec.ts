import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { House, type TestBot, type Visit } from './house.js';

interface AxNode {
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
}

const NEEDS_NAME = new Set(['button', 'link', 'textbox', 'log', 'heading', 'dialog', 'Iframe', 'image']);

describeInBrowser('the page without a mouse or without eyes', () => {
  let house: House;
  let bot: TestBot;
  let visit: Visit;

  beforeAll(async () => {
    house = await House.open();
    house.provider.script('everything', {
      text: '# Title\n\nText with [a link](https://a.example), `code`\n\n> quoted\n\n```\ncode\n```',
    });
    bot = await house.createBot({ sampleQuestion1Tv: { value: 'What?', valueDe: '' } });
    await house.changeWidget(bot, { colour: '#ffd400' });
  }, 90_000);
  afterAll(() => house.close());
  afterEach(() => visit.leave());

  const treeOf = async (page: Page): Promise<AxNode[]> => {
    const frame = page.frames().find((each) => each.url().includes('/widget/'))!;
    const session = await page
      .context()
      .newCDPSession(frame)
      .catch(() => page.context().newCDPSession(page));
    const { nodes } = (await session.send('Accessibility.getFullAXTree')) as unknown as { nodes: AxNode[] };
    return nodes.filter(({ ignored }) => !ignored);
  };
  const rolesOf = (nodes: AxNode[]): string[] => nodes.map(({ role }) => role?.value ?? '');
  /** The page alone, where the whole tree is in one document. */
  const visitAlone = async (colorScheme: 'light' | 'dark' = 'light'): Promise<Page> => {
    const page = await house.newPage({ colorScheme });
    await page.goto(`${house.line.url}/widget/${bot.code}`);
    await page.locator('#message-input').fill('everything');
    await page.keyboard.press('Enter');
    await page.locator('.bubble blockquote').waitFor();
    await page.getByRole('button', { name: 'Stop the answer' }).waitFor({ state: 'detached' });
    return page;
  };

  it('has a name for everything that can be used', async () => {
    visit = await house.visit(bot);
    const page = await visitAlone();
    const nodes = await treeOf(page);
    const nameless = nodes.filter(
      ({ role, name }) => NEEDS_NAME.has(role?.value ?? '') && (name?.value ?? '').trim() === '',
    );
    expect(nameless.map(({ role }) => role?.value)).toEqual([]);
    expect(rolesOf(nodes)).toEqual(
      expect.arrayContaining(['main', 'heading', 'log', 'textbox', 'status', 'button', 'link']),
    );
    const named = (role: string): string[] =>
      nodes.filter((node) => node.role?.value === role).map(({ name }) => name?.value ?? '');
    expect(named('textbox')).toEqual(['Write a message']);
    expect(named('log')).toEqual(['Conversation']);
    expect(named('heading')[0]).toBe('Bo');
    expect(named('button').toSorted()).toEqual(['Copy', 'End chat', 'Send', 'Talk to a person']);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.context().close();
  });

  it('announces finished messages, and no single words of them', async () => {
    visit = await house.visit(bot);
    await visit.frame.locator('.chat').evaluate((chat) => {
      const heard: string[] = [];
      (globalThis as unknown as { heard: string[] }).heard = heard;
      const region = chat.querySelector('[aria-live="polite"]')!;
      new MutationObserver(() => heard.push(region.textContent ?? '')).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    expect(await visit.log.getAttribute('aria-live')).toBe('off');
    await visit.say('[[text=Many words that come one by one]]');
    await visit.answered('Many words that come one by one');
    const heard = (): Promise<string[]> =>
      visit.frame.locator('.chat').evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
    await eventually(async () => (await heard()).length > 0);
    expect(await heard()).toEqual(['Bo: Many words that come one by one']);
  });

  it('shows in forced colours where the chat ends, where one writes, and that the other side types', async () => {
    visit = await house.visit(bot, { forcedColors: 'active' });
    house.provider.script('hesitate', { text: 'x', ttft: 1500 });
    const styleOf = (selector: string, property: 'outlineStyle' | 'backgroundColor'): Promise<string> =>
      visit.frame
        .locator(selector)
        .first()
        .evaluate((element, name) => getComputedStyle(element)[name], property);
    await visit.input.focus();
    expect(await styleOf('.writing', 'outlineStyle')).toBe('solid');
    await visit.say('hesitate');
    await visit.log.locator('.dots').waitFor();
    expect(await styleOf('.dots i', 'backgroundColor')).not.toBe(await styleOf('.bubble', 'backgroundColor'));
    const panel = visit.page.locator('[data-baton-widget] .panel');
    expect(await panel.evaluate((element) => getComputedStyle(element).borderTopStyle)).toBe('solid');
  });

  it('says on the launcher that something is new', async () => {
    visit = await house.visit(bot);
    await visit.say('[[tokens=4 delay=150]] slow');
    await visit.sees('slow');
    await visit.button('Close the chat window').click();
    await visit.page.getByRole('button', { name: 'Open chat (new messages)' }).click();
    await visit.page.getByRole('button', { name: 'Close chat', exact: true }).waitFor();
  });

  it.each(['light', 'dark'] as const)('can be read in the %s scheme, whatever the accent', async (scheme) => {
    visit = await house.visit(bot);
    const page = await visitAlone(scheme);
    const poor = await page.evaluate(() => {
      type Rgb = [number, number, number];
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
      /** As the browser paints it, over what is below. */
      const paint = (colour: string, below: Rgb): Rgb => {
        canvas.fillStyle = `rgb(${below.join(' ')})`;
        canvas.fillRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
        return [red, green, blue];
      };
      const groundOf = (element: Element | null): Rgb =>
        element === null
          ? [255, 255, 255]
          : paint(getComputedStyle(element).backgroundColor, groundOf(element.parentElement));
      const luminance = (colour: Rgb): number => {
        const [red, green, blue] = colour.map((part) =>
          part / 255 <= 0.040_45 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
        ) as Rgb;
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const results: string[] = [];
      for (const element of document.querySelectorAll<HTMLElement>('.chat *')) {
        const isText = [...element.childNodes].some(
          (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
        );
        if (!isText || element.matches(':disabled') || element.closest('.visually-hidden') !== null) continue;
        const ground = groundOf(element);
        const [light, dark] = [luminance(paint(getComputedStyle(element).color, ground)), luminance(ground)].toSorted(
          (a, b) => b - a,
        ) as [number, number];
        const contrast = (light + 0.05) / (dark + 0.05);
        if (contrast < 4.5) results.push(`${element.tagName}.${element.className} ${contrast.toFixed(2)}`);
      }
      return results;
    });
    expect(poor).toEqual([]);
    await page.context().close();
  });

  it('shows where the focus is', async () => {
    visit = await house.visit(bot);
    const page = await visitAlone();
    for (let step = 0; step < 6; step++) {
      await page.keyboard.press('Tab');
      const isSeen = await page.evaluate(() => {
        const element = document.activeElement!;
        // The window's own buttons come after the last of ours.
        if (element === document.body) return true;
        const { outlineStyle, boxShadow } = getComputedStyle(element);
        const frame = element.closest('.writing');
        return (
          outlineStyle !== 'none' ||
          boxShadow !== 'none' ||
          (frame !== null && getComputedStyle(frame).boxShadow !== 'none')
        );
      });
      expect(isSeen).toBe(true);
    }
    await page.context().close();
  });

  it('stands still for who wants that', async () => {
    visit = await house.visit(bot, { reducedMotion: 'reduce' });
    house.provider.script('hesitate', { text: 'x', ttft: 1500 });
    await visit.say('hesitate');
    const dot = visit.log.locator('.dots i').first();
    await dot.waitFor();
    expect(await dot.evaluate((element) => getComputedStyle(element).animationName)).toBe('none');
    expect(
      await visit.page.locator('[data-baton-widget] .panel').evaluate((panel) => getComputedStyle(panel).animationName),
    ).toBe('none');
  });

  it('speaks German to those who do', async () => {
    visit = await house.visit(bot, { locale: 'de-DE' });
    expect(await visit.status.innerText()).toBe('Bodo antwortet automatisch');
    expect(await visit.input.getAttribute('placeholder')).toBe('Nachricht schreiben');
    await visit.answered('Hallo! Was kann ich für Sie tun?');
    await visit.button('Mit einem Menschen sprechen').click();
    await eventually(async () => (await visit.status.innerText()).endsWith('Sie sind als Nächstes dran'));
  });
});
