import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { House, Visit, type TestBot } from './house.js';

describeInBrowser('one visitor in several tabs, or back after a while', () => {
  let house: House;
  let bot: TestBot;
  let visit: Visit;

  beforeAll(async () => {
    house = await House.open();
  }, 90_000);
  afterAll(() => house.close());
  beforeEach(async () => {
    bot = await house.createBot();
    visit = await house.visit(bot);
  });
  afterEach(async () => {
    house.line.intercept = null;
    await visit.leave();
  });

  const memory = async (): Promise<{ chatId: string; token: string }> =>
    JSON.parse((await visit.memory())[`baton:${bot.botId}`]!) as { chatId: string; token: string };
  const openTab = async (): Promise<Visit> => {
    const page = await visit.page.context().newPage();
    await page.goto(`${house.site.origin}/${bot.code}`);
    const tab = new Visit(page);
    await tab.open();
    return tab;
  };

  it('shows in a tab that is still starting the chat that another one has begun', async () => {
    let letStart: () => void = () => undefined;
    const mayStart = new Promise<void>((resolve) => (letStart = resolve));
    house.line.intercept = (request, response) => {
      if (request.url?.endsWith('/session') !== true) return false;
      void mayStart.then(() => {
        response.writeHead(503, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ code: 'NOT_READY', status: 503 }));
        house.line.intercept = null;
      });
      return true;
    };
    const tab = await openTab();
    await visit.say('[[text=Begun]]');
    await visit.answered('Begun');
    letStart();
    await tab.answered('Begun');
    await tab.say('[[text=Joined]]');
    await visit.answered('Joined');
  });

  it('begins one chat, however often it is tried, also after a reload', async () => {
    const keys: unknown[] = [];
    house.line.intercept = (request, response) => {
      if (request.method !== 'POST' || request.url !== '/api/chats') return false;
      keys.push(request.headers['idempotency-key']);
      response.destroy();
      return true;
    };
    await visit.say('[[text=Begun]]');
    await eventually(() => keys.length > 0);
    const before = keys.length;
    await visit.page.reload();
    await visit.open();
    await eventually(() => keys.length > before);
    house.line.intercept = null;
    await visit.answered('Begun');
    expect(new Set(keys).size).toBe(1);
  });

  it('stays in the new chat though something happens in the old one, which another tab still shows', async () => {
    await visit.say('[[text=Old]]');
    await visit.answered('Old');
    const tab = await openTab();
    await tab.answered('Old');
    const { chatId } = await memory();
    await visit.button('End chat').click();
    await visit.button('End it').click();
    await visit.button('Start a new chat').click();
    const ada = await house.createAgent('Ada');
    await ada.act(chatId, 'reopen');
    await tab.sees('The chat goes on with Bo.');
    await visit.say('[[text=New]]');
    await visit.answered('New');
    expect(await visit.questions.allInnerTexts()).toEqual(['[[text=New]]']);
    expect((await memory()).chatId).not.toBe(chatId);
    await tab.answered('New');
    expect(await tab.questions.allInnerTexts()).toEqual(['[[text=New]]']);
  });

  it('says on the launcher what is new since it was last open, and shows it', async () => {
    house.provider.script('at length', { text: Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n\n') });
    await visit.say('at length');
    await visit.sees('line 39');
    const { chatId } = await memory();
    const launcher = (name: string) => visit.page.getByRole('button', { name, exact: true });
    const ada = await house.createAgent('Ada');
    await ada.act(chatId, 'claim');
    await visit.sees('Ada has joined the chat.');
    // Opened and closed again without anything having been said in between.
    await launcher('Close chat').click();
    await launcher('Open chat').click();
    await visit.input.waitFor();
    await launcher('Close chat').click();
    await ada.act(chatId, 'messages', { text: 'Are you there?' });
    await launcher('Open chat (new messages)').click();
    await eventually(() =>
      visit.log.evaluate((log) => log.clientHeight > 0 && log.scrollHeight - log.scrollTop - log.clientHeight < 2),
    );
    await launcher('Close chat').click();
    await launcher('Open chat').waitFor();
  });

  it('keeps the end in view when there is less room for it', async () => {
    house.provider.script('at length', { text: Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n\n') });
    await visit.say('at length');
    await visit.button('Stop the answer').waitFor({ state: 'detached' });
    await visit.sees('line 39');
    const isAtEnd = (): Promise<boolean> =>
      visit.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2);
    await eventually(isAtEnd);
    await visit.input.fill('one\ntwo\nthree\nfour\nfive\nsix');
    await eventually(isAtEnd);
    await visit.page.setViewportSize({ width: 1280, height: 400 });
    await eventually(isAtEnd);
    await visit.log.evaluate((log) => (log.scrollTop = 0));
    await visit.button('Newest message').waitFor();
    await visit.page.setViewportSize({ width: 1280, height: 720 });
    expect(await isAtEnd()).toBe(false);
  });
});
