import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { House, type TestBot, type Visit } from './house.js';

/** What belongs to one connection alone. */
const HOP = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding']);

/** Every word once and in order: nothing is doubled, nothing lost. */
const STORY = Array.from({ length: 120 }, (_, index) => `w${index + 1}`).join(' ');

describeInBrowser('a conversation over a connection that fails', () => {
  let house: House;
  let bot: TestBot;
  let visit: Visit;

  beforeAll(async () => {
    // Below a path, as behind a proxy that has other things to serve, too.
    house = await House.open({ prefix: '/some/where' });
    house.provider.script('story', { text: STORY, tokens: 60, delay: 50 });
  }, 90_000);
  afterAll(() => house.close());
  beforeEach(async () => {
    bot = await house.createBot();
    visit = await house.visit(bot);
  });
  afterEach(async () => {
    house.line.intercept = null;
    house.line.mend();
    await visit.leave();
  });

  const chatId = async (): Promise<string> => (await visit.remembered(bot)).chatId;

  it('takes a running answer up after a reload', async () => {
    await visit.say('Tell me a story');
    await eventually(async () => (await visit.answers.count()) === 2 && (await visit.lastAnswer()).includes('w5'));
    await visit.reload();
    await eventually(async () => (await visit.answers.count()) === 2 && (await visit.lastAnswer()).includes('w5'));
    const early = await visit.lastAnswer();
    expect([STORY.startsWith(early.trim()), early.length < STORY.length]).toEqual([true, true]);
    await eventually(async () => (await visit.lastAnswer()) === STORY);
    expect(await visit.questions.allInnerTexts()).toEqual(['Tell me a story']);
  });

  it('goes on after the connection was lost in mid-answer', async () => {
    await visit.say('Tell me a story');
    await eventually(async () => (await visit.answers.count()) === 2 && (await visit.lastAnswer()).includes('w5'));
    house.line.cut();
    await visit.frame.getByText('No connection. Trying again …').waitFor();
    house.line.mend();
    await eventually(async () => (await visit.lastAnswer()) === STORY);
    await eventually(async () => (await visit.frame.locator('.banner').count()) === 0);
    expect([await visit.answers.count(), await visit.questions.count()]).toEqual([2, 1]);
  });

  it('sends what was written without a connection, once', async () => {
    await visit.say('[[text=First]]');
    await visit.answered('First');
    house.line.cut();
    await visit.say('[[text=Second]] while away');
    await visit.sees('Sending …');
    await visit.frame.getByText('No connection. Trying again …').waitFor();
    house.line.mend();
    await visit.answered('Second');
    expect(await house.saidIn(await chatId())).toEqual(['[[text=First]]', '[[text=Second]] while away']);
    expect(await visit.questions.count()).toBe(2);
  });

  it('says once what the server has taken without being able to answer', async () => {
    let isFirst = true;
    house.line.intercept = (request, response) => {
      if (!isFirst || request.method !== 'POST' || request.url?.endsWith('/completions') !== true) return false;
      isFirst = false;
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !HOP.has(name)));
        void fetch(house.server.url + request.url!.replace('/some/where', ''), {
          method: 'POST',
          headers: headers as Record<string, string>,
          body: Buffer.concat(chunks),
        }).finally(() => response.destroy());
      });
      return true;
    };
    await visit.say('[[text=Once]] please');
    await visit.answered('Once');
    await eventually(async () => (await visit.log.locator('.state').count()) === 0);
    expect(isFirst).toBe(false);
    expect(await house.saidIn(await chatId())).toEqual(['[[text=Once]] please']);
    expect(await visit.questions.count()).toBe(1);
  });

  it('sends an unsent message after a reload', async () => {
    house.line.intercept = (request, response) => {
      if (request.url?.endsWith('/completions') !== true) return false;
      response.destroy();
      return true;
    };
    await visit.say('[[text=Late]] but sent');
    await visit.sees('Sending …');
    await visit.reload();
    expect(await visit.questions.allInnerTexts()).toEqual(['[[text=Late]] but sent']);
    house.line.intercept = null;
    await visit.answered('Late');
    expect(await house.saidIn(await chatId())).toEqual(['[[text=Late]] but sent']);
  });

  it('waits as long as the server asks for, and says so', async () => {
    let refusals = 0;
    house.line.intercept = (request, response) => {
      if (refusals > 0 || request.url?.endsWith('/completions') !== true) return false;
      refusals++;
      response.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '2' });
      response.end(JSON.stringify({ code: 'RATE_LIMITED', status: 429 }));
      return true;
    };
    await visit.say('[[text=Patient]]');
    await visit.sees(/Too many messages at once. Sending in \d seconds? …/);
    await visit.answered('Patient');
    expect(await house.saidIn(await chatId())).toEqual(['[[text=Patient]]']);
  });

  it('waits for its beginning, too', async () => {
    let refusals = 0;
    house.line.intercept = (request, response) => {
      if (refusals > 0 || request.url?.endsWith('/session') !== true) return false;
      refusals++;
      response.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '3' });
      response.end(JSON.stringify({ code: 'RATE_LIMITED', status: 429 }));
      return true;
    };
    await visit.reload();
    await visit.frame.getByText('Too many requests at once. Please wait a moment.').waitFor();
    await visit.say('[[text=Patient]]');
    await visit.answered('Patient');
    expect(await visit.frame.locator('.banner').count()).toBe(0);
  });

  it('comes back after the server was restarted', async () => {
    await visit.say('[[text=Before]]');
    await visit.answered('Before');
    await house.server.stop();
    await visit.frame.getByText('No connection. Trying again …').waitFor();
    await house.server.start();
    await eventually(async () => (await visit.frame.locator('.banner').count()) === 0);
    await visit.say('[[text=After]]');
    await visit.answered('After');
    expect(await visit.questions.count()).toBe(2);
  });
});
