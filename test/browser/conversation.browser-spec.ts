import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { House, Visit, type TestBot } from './house.js';
import { Site } from './site.js';

/** Every word once and in order: nothing is doubled, nothing lost. */
const STORY = Array.from({ length: 120 }, (_, index) => `w${index + 1}`).join(' ');

describeInBrowser('a conversation on a page of another origin', () => {
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
    bot = await house.createBot({ sampleQuestion1Tv: { value: '[[text=Sampled]] What?', valueDe: '' } });
    visit = await house.visit(bot);
  });
  afterEach(() => visit.leave());

  const chatId = async (): Promise<string> => (await visit.remembered(bot)).chatId;

  it('streams the answer', async () => {
    await visit.answered('Hello! What can I do for you?');
    await visit.say('Tell me a story');
    await eventually(async () => (await visit.answers.count()) === 2 && (await visit.lastAnswer()).includes('w3'));
    const early = await visit.lastAnswer();
    expect(STORY.startsWith(early.trim())).toBe(true);
    expect(early.length).toBeLessThan(STORY.length);
    await eventually(async () => (await visit.lastAnswer()) === STORY);
    expect(await visit.questions.allInnerTexts()).toEqual(['Tell me a story']);
  });

  it('says that the bots are stopped, and tries again when asked to', async () => {
    await house.call('PUT', '/api/admin/bots/stop/true');
    try {
      await visit.say('[[text=Awake]]');
      await visit.sees(/Not sent. Automatic answers are paused/);
    } finally {
      await house.call('PUT', '/api/admin/bots/stop/false');
    }
    await visit.button('Try again').click();
    await visit.answered('Awake');
    expect(await house.saidIn(await chatId())).toEqual(['[[text=Awake]]']);
  });

  it('says that an answer has failed, and asks again', async () => {
    house.provider.script('brittle', { text: 'Better now', status: 400, message: 'No.', fail: 1 });
    await visit.say('a brittle question');
    await visit.sees('The answer could not be given.');
    await visit.button('Ask again').click();
    await visit.answered('Better now');
  });

  it('lets an answer be stopped', async () => {
    await visit.say('Tell me a story');
    await eventually(async () => (await visit.answers.count()) === 2 && (await visit.lastAnswer()).includes('w3'));
    await visit.button('Stop the answer').click();
    await visit.sees('This answer was cut short.');
    expect((await visit.lastAnswer()).length).toBeLessThan(STORY.length);
  });

  it('says so when an answer is stopped before it said anything, and asks again', async () => {
    house.provider.script('silent', { text: 'Spoken', ttft: 300_000 });
    await visit.say('a silent question');
    await visit.button('Stop the answer').click();
    await visit.sees('This answer was cut short.');
    house.provider.script('silent', { text: 'Spoken' });
    await visit.button('Ask again').click();
    await visit.answered('Spoken');
  });

  it('shows a person who takes over, live', async () => {
    await visit.say('[[text=I am a bot]]');
    await visit.answered('I am a bot');
    const ada = await house.createAgent('Ada');
    const id = await chatId();
    const desk = await ada.watch(id);
    const typing = new Promise<string>((resolve) =>
      desk.on('transient', (event) => {
        if (event.type === 'typing' && event.data.actor.kind === 'customer' && event.data.isTyping)
          resolve(event.data.actor.name);
      }),
    );
    await ada.act(id, 'claim');
    await visit.sees('Ada has joined the chat.');
    expect(await visit.status.innerText()).toBe('Ada is speaking with you');
    await ada.act(id, 'typing', { isTyping: true });
    await visit.sees('Ada is typing');
    await ada.act(id, 'messages', { text: 'Hello, **Ada** here.' });
    await visit.sees('Hello, Ada here.');
    expect(await visit.log.locator('.line.agent .name').innerText()).toContain('Ada');
    expect(await visit.log.getByText('Ada is typing').count()).toBe(0);
    await visit.input.pressSequentially('Hi');
    expect(await typing).toBe('Guest');
    await visit.input.press('Enter');
    await eventually(async () => (await house.saidIn(await chatId())).includes('Hi'));
    await ada.act(id, 'release', { to: 'bot' });
    await visit.sees('Ada has left the chat. Bo goes on.');
    expect(await visit.status.innerText()).toBe('Bo answers automatically');
    ada.leave();
  });

  it('waits for a person, and stops waiting', async () => {
    await visit.button('Talk to a person').click();
    await visit.sees('You asked for a person.');
    await eventually(async () => /^Waiting for a person – you are next$/.test(await visit.status.innerText()));
    await visit.button('Stop waiting').click();
    await visit.sees('You are no longer waiting. Bo goes on.');
    await visit.button('Talk to a person').waitFor();
  });

  it('shows the place in line, and when it changes', async () => {
    const other = await house.visit(await house.createBot());
    await other.button('Talk to a person').click();
    await eventually(async () => (await other.status.innerText()).endsWith('you are next'));
    await visit.button('Talk to a person').click();
    await eventually(async () => (await visit.status.innerText()) === 'Waiting for a person – number 2 in line');
    await other.button('Stop waiting').click();
    await eventually(async () => (await visit.status.innerText()) === 'Waiting for a person – you are next');
    await visit.button('Stop waiting').click();
    await visit.button('Talk to a person').waitFor();
    await other.leave();
  });

  it('shows links that open elsewhere, and code that can be copied', async () => {
    house.provider.script('show me', {
      text: 'See [the terms](https://a.example/terms).\n\n```js\nconst a = 1 < 2;\n```',
    });
    await visit.say('show me');
    const link = visit.log.getByRole('link', { name: 'the terms' });
    await link.waitFor();
    expect([await link.getAttribute('target'), await link.getAttribute('rel')]).toEqual([
      '_blank',
      'noopener noreferrer nofollow',
    ]);
    await eventually(async () => (await visit.button('Stop the answer').count()) === 0);
    await visit.button('Copy').click();
    await visit.button('Copied').waitFor();
    await visit.input.press('ControlOrMeta+v');
    expect((await visit.input.inputValue()).trimEnd()).toBe('const a = 1 < 2;');
  });

  it('ends, and a new chat starts', async () => {
    await visit.say('[[text=One]]');
    await visit.answered('One');
    const first = await chatId();
    await visit.button('End chat').click();
    await visit.button('Keep it').click();
    await visit.button('End chat').click();
    await visit.button('End it').click();
    await visit.sees('You have ended the chat.');
    expect(await visit.input.count()).toBe(0);
    await visit.button('Start a new chat').click();
    await visit.say('[[text=Two]]');
    await visit.answered('Two');
    expect(await visit.questions.allInnerTexts()).toEqual(['[[text=Two]]']);
    expect(await chatId()).not.toBe(first);
  });

  it('begins a new chat, and says so, when the old one is gone', async () => {
    await visit.say('[[text=One]]');
    await visit.answered('One');
    await house.call('DELETE', `/api/chats/${await chatId()}`, undefined, (await visit.remembered(bot)).token);
    await visit.reload();
    await visit.sees('The earlier chat is no longer there. This is a new one.');
    await visit.say('[[text=Two]]');
    await visit.answered('Two');
  });

  it.each([
    ['forged', () => 'bv_forged'],
    [
      'of another bot',
      async () => {
        const other = await house.createBot();
        return (await house.call<{ token: string }>('POST', `/api/widget/${other.code}/session`, {}, undefined)).token;
      },
    ],
  ])('goes on as a new visitor with a token %s', async (_, tokenOf) => {
    await visit.say('[[text=One]]');
    await visit.answered('One');
    const name = `baton:${bot.botId}`;
    const memory = { ...(JSON.parse((await visit.memory())[name]!) as object), token: await tokenOf() };
    await visit.input.evaluate(
      (_element, [key, value]) => localStorage.setItem(key!, value!),
      [name, JSON.stringify(memory)],
    );
    await visit.reload();
    await visit.say('[[text=Two]]');
    await visit.answered('Two');
    expect(await visit.questions.allInnerTexts()).toEqual(['[[text=Two]]']);
  });

  it('works where nothing may be stored: in a private window, on another site', async () => {
    const abroad = await Site.open('localhost');
    const page = await house.newPage();
    await page.goto(abroad.add('/', house.launcherTag(bot)));
    const there = new Visit(page);
    await there.open();
    await expect(there.memory()).rejects.toThrow('Access is denied');
    await there.say('[[text=Forgotten]]');
    await there.answered('Forgotten');
    await there.say('[[text=Soon]]');
    await there.answered('Soon');
    await there.leave();
    await abroad.close();
  });

  it('shows the end of a long history first, and what was before when asked to', async () => {
    await visit.say('[[text=ok]] number 1.');
    await visit.answered('ok');
    const [id, key] = [await chatId(), (await visit.remembered(bot)).token];
    for (let number = 2; number <= 60; number++)
      await house.call('POST', `/api/chats/${id}/completions`, { userMessage: `[[text=ok]] number ${number}.` }, key);
    await visit.sees('number 60.');
    const all = Array.from({ length: 60 }, (_, index) => `[[text=ok]] number ${index + 1}.`);
    expect(await visit.questions.allInnerTexts()).toEqual(all);
    await visit.reload();
    await visit.sees('number 60.');
    const shown = await visit.questions.allInnerTexts();
    expect(shown.length).toBeLessThan(40);
    expect(shown).toEqual(all.slice(-shown.length));
    while ((await visit.button('Show earlier messages').count()) > 0) {
      const before = await visit.questions.count();
      await visit.button('Show earlier messages').click();
      await eventually(async () => (await visit.questions.count()) > before);
    }
    expect(await visit.questions.allInnerTexts()).toEqual(all);
  });

  it('is one chat in two tabs', async () => {
    const other = await visit.page.context().newPage();
    await other.goto(`${house.site.origin}/${bot.code}`);
    await other.getByRole('button', { name: 'Open chat' }).click();
    const frame = other.frameLocator('[data-baton-widget] iframe');
    await frame.locator('#message-input').waitFor();
    await visit.say('[[text=For both]]');
    await frame.getByText('For both', { exact: true }).waitFor();
    await frame.locator('#message-input').fill('[[text=Also for both]]');
    await frame.locator('#send-button').click();
    await visit.answered('Also for both');
    expect(await visit.questions.count()).toBe(2);
  });

  it('offers questions to begin with', async () => {
    await visit.button('[[text=Sampled]] What?').click();
    await visit.answered('Sampled');
    expect(await visit.log.locator('.questions').count()).toBe(0);
  });
});
