import type { Browser } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { describeInBrowser, launchChromium } from './chromium.js';
import { House } from './house.js';

const TALL = 3000;

describeInBrowser('Swagger UI', () => {
  let house: House;
  let browser: Browser;

  beforeAll(async () => {
    house = await House.open();
    browser = await launchChromium();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await house.close();
  });

  it('shows its table of contents with less than 600 kB over the line, and keeps all but the page and the document', async () => {
    const page = await browser.newPage();
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    const open = async (): Promise<number> => {
      bytes = 0;
      await page.goto(`${house.server.url}/docs`);
      await page.locator('.opblock-tag').first().waitFor();
      return bytes;
    };
    expect(await open()).toBeLessThan(600_000);
    expect(await open()).toBeLessThan(10_000);
    expect(complaints).toEqual([]);
  });

  it('opens an operation by its address, in a height that one can read', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${house.server.url}/docs#/Chat/createCompletion`);
    const operation = page.locator('.opblock.is-open');
    await operation.locator('.responses-table').waitFor();
    expect((await operation.boundingBox())!.height).toBeLessThan(TALL);
  });

  it('shows the whole answer of a trial, also that of a refused one', async () => {
    const page = await browser.newPage();
    await page.goto(`${house.server.url}/docs#/Chat/getChat`);
    const operation = page.locator('.opblock.is-open');
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.locator('input').first().fill('none');
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table');
    await answer.getByText('NOT_FOUND').first().waitFor();
  });

  it('finds sections and operations by their names, and says where to start', async () => {
    const page = await browser.newPage();
    await page.goto(`${house.server.url}/docs`);
    await page.getByText('Start here').waitFor();
    const sections = page.locator('.opblock-tag');
    const filter = page.locator('.operation-filter-input');
    await filter.fill('claimchat');
    await eventually(async () => (await sections.count()) === 1);
    await sections.first().click();
    await page.locator('#operations-Takeover-claimChat').waitFor();
    expect(await page.locator('.opblock').count()).toBe(1);
    await filter.fill('adminb');
    await eventually(async () => (await sections.allInnerTexts()).join().startsWith('AdminBot'));
    await filter.fill('');
    await eventually(async () => (await sections.count()) > 10);
  });
});
