import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { House, Visit, type TestBot } from './house.js';

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

  it('can be used by keyboard alone, from the launcher and back', async () => {
    const page = await house.newPage();
    await page.goto(house.site.add('/keys', house.launcherTag(bot)));
    const launcher = page.getByRole('button', { name: 'Open chat' });
    await launcher.waitFor();
    visit = new Visit(page);
    const focused = (): Promise<string> =>
      visit.frame
        .locator('body')
        .evaluate(
          () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
        );
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await visit.input.waitFor();
    await eventually(async () => (await focused()) === 'Write a message');
    await page.keyboard.type('[[text=Typed]]');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('twice');
    await page.keyboard.press('Enter');
    await visit.answered('Typed');
    expect(await visit.questions.innerText()).toBe('[[text=Typed]]\ntwice');
    const order: string[] = [];
    for (let step = 0; step < 3; step++) {
      await page.keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order.slice(0, 2)).toEqual(['Talk to a person', 'End chat']);
    await page.keyboard.press('Shift+Tab');
    await visit.input.press('Escape');
    const closed = page.getByRole('button', { name: 'Open chat' });
    await closed.waitFor();
    expect(await closed.getAttribute('aria-expanded')).toBe('false');
    expect(await closed.evaluate((button) => (button.getRootNode() as ShadowRoot).activeElement === button)).toBe(true);
    await page.keyboard.press('Enter');
    await eventually(async () => (await focused()) === 'Write a message');
  });

  it('has the keyboard though the launcher speaks before the first picture is drawn', async () => {
    const page = await house.newPage();
    visit = new Visit(page);
    // The page's effects run after a picture, or after a while without one.
    await page.addInitScript(() => {
      globalThis.requestAnimationFrame = () => 0;
    });
    await page.goto(house.site.add('/late', house.launcherTag(bot)));
    await visit.open();
    await eventually(() => visit.input.evaluate((input) => input === document.activeElement));
    await page.keyboard.type('[[text=Heard]]');
    await page.keyboard.press('Enter');
    await visit.answered('Heard');
  });

  it('never loses the focus when what had it goes away', async () => {
    visit = await house.visit(bot);
    const focused = (): Promise<string> =>
      visit.frame.locator('body').evaluate(() => {
        const element = document.activeElement!;
        return element.getAttribute('aria-label') ?? element.textContent;
      });
    const press = async (name: string, next: string): Promise<void> => {
      await visit.button(name).press('Enter');
      await eventually(async () => (await focused()) === next);
    };
    await press('What?', 'Conversation');
    await press('Talk to a person', 'Stop waiting');
    await press('Stop waiting', 'Talk to a person');
    house.provider.script('silent', { text: 'x', ttft: 300_000 });
    await visit.say('silent');
    await press('Stop the answer', 'Write a message');
    await press('End chat', 'End it');
    await press('Keep it', 'End chat');
    await press('End chat', 'End it');
    await press('End it', 'Start a new chat');
    await press('Start a new chat', 'Write a message');
  });

  it('goes on in the conversation when what was pressed there goes away', async () => {
    visit = await house.visit(bot);
    const isInLog = (): Promise<boolean> => visit.log.evaluate((log) => log === document.activeElement);
    await house.call('PUT', '/api/admin/bots/stop/true');
    try {
      await visit.say('[[text=ok]] again');
      await visit.button('Try again').waitFor();
    } finally {
      await house.call('PUT', '/api/admin/bots/stop/false');
    }
    await visit.button('Try again').press('Enter');
    await visit.answered('ok');
    expect(await isInLog()).toBe(true);
    house.provider.script('at length', { text: Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n\n') });
    await visit.say('at length');
    await visit.sees('line 39');
    await visit.button('Stop the answer').waitFor({ state: 'detached' });
    await visit.log.evaluate((log) => (log.scrollTop = 0));
    const newest = visit.button('Newest message');
    await newest.press('Enter');
    await newest.waitFor({ state: 'detached' });
    expect(await isInLog()).toBe(true);
  });

  it('has the keyboard in a chat that has ended, too', async () => {
    visit = await house.visit(bot);
    await visit.button('Talk to a person').click();
    await visit.button('End chat').click();
    await visit.button('End it').click();
    const anew = visit.button('Start a new chat');
    await anew.waitFor();
    await anew.press('Escape');
    await visit.page.getByRole('button', { name: 'Open chat' }).press('Enter');
    await eventually(() => anew.evaluate((button) => button === document.activeElement));
  });

  it('does not bring up the keyboard of a phone before the greeting is read', async () => {
    visit = await house.visit(bot, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    await visit.answered('Hello! What can I do for you?');
    await visit.button('Talk to a person').click();
    await visit.button('Close the chat window').click();
    await visit.open();
    await visit.button('Stop waiting').waitFor();
    expect(await visit.input.evaluate((input) => input === document.activeElement)).toBe(false);
    await visit.button('Stop waiting').click();
    await visit.button('Talk to a person').waitFor();
  });

  it('shows in forced colours where the chat ends, where one writes, and that somebody types', async () => {
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

  it('leaves Enter to the input method while letters are composed', async () => {
    visit = await house.visit(bot);
    await visit.input.fill('[[text=Composed]]');
    for (const init of [{ isComposing: true }, { keyCode: 229 }])
      await visit.input.evaluate(
        (input, event) =>
          void input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ...event })),
        init,
      );
    expect(await visit.questions.count()).toBe(0);
    await visit.input.press('Enter');
    await visit.answered('Composed');
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
