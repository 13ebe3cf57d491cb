import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { House, Visit, type TestBot } from './house.js';

describeInBrowser('the page by keyboard', () => {
  let house: House;
  let bot: TestBot;
  let visit: Visit;

  beforeAll(async () => {
    house = await House.open();
    bot = await house.createBot({ sampleQuestion1Tv: { value: 'What?', valueDe: '' } });
  }, 90_000);
  afterAll(() => house.close());
  afterEach(() => visit.leave());

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
    const newChat = visit.button('Start a new chat');
    await newChat.waitFor();
    await newChat.press('Escape');
    await visit.page.getByRole('button', { name: 'Open chat' }).press('Enter');
    await eventually(() => newChat.evaluate((button) => button === document.activeElement));
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
});
