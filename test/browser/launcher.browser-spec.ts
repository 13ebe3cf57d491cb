import { describeInBrowser } from './chromium.js';
import { House, Visit } from './house.js';

describeInBrowser('the button on pages of every kind', () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open();
  }, 90_000);
  afterAll(() => house.close());

  it('is shown where the page hides empty elements', async () => {
    const bot = await house.createBot();
    const page = await house.newPage();
    const style = '<style>div:empty { display: none; } div { display: none; }</style>';
    await page.goto(house.site.add('/empty', style + house.launcherTag(bot)));
    await page.locator('[data-baton-widget] button').click();
    await new Visit(page).frame.locator('#message-input').waitFor();
    await page.context().close();
  });

  it('stays when the page replaces its body', async () => {
    const bot = await house.createBot();
    const page = await house.newPage();
    await page.goto(house.site.add('/replaced', house.launcherTag(bot)));
    await page.locator('[data-baton-widget] button').waitFor();
    await page.evaluate(() => {
      const body = document.createElement('body');
      body.innerHTML = '<h1>Another page</h1>';
      document.body.replaceWith(body);
    });
    await page.locator('[data-baton-widget] button').click();
    await new Visit(page).frame.locator('#message-input').waitFor();
    await page.context().close();
  });

  it('says that a text is too long instead of cutting it', async () => {
    const visit = await house.visit(await house.createBot());
    const field = visit.frame.locator('#message-input');
    await field.fill('x'.repeat(32_001));
    await visit.frame.locator('.too-long').waitFor();
    expect(await visit.frame.locator('#send-button').isDisabled()).toBe(true);
    expect((await field.inputValue()).length).toBe(32_001);
    await field.fill('Short enough');
    await visit.frame.locator('.too-long').waitFor({ state: 'detached' });
    expect(await visit.frame.locator('#send-button').isDisabled()).toBe(false);
    await visit.page.context().close();
  });

  it('has a field that phones do not enlarge', async () => {
    const visit = await house.visit(await house.createBot());
    const size = await visit.frame.locator('#message-input').evaluate((field) => getComputedStyle(field).fontSize);
    expect(parseFloat(size)).toBeGreaterThanOrEqual(16);
    await visit.page.context().close();
  });
});
