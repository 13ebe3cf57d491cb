import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { guard } from './guard.js';
import { House, Visit, type TestBot } from './house.js';
import { PAYLOADS } from './payloads.js';

type Body = Record<string, unknown>;

const NAME_LENGTH = 100;

describeInBrowser('the page is closed to what is not its own', () => {
  let house: House;
  let canary: Server;
  const reached: string[] = [];
  let payloads: string[] = [];

  beforeAll(async () => {
    house = await House.open();
    canary = createServer(({ url = '' }, response) => {
      reached.push(url);
      response.end();
    });
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`;
    payloads = PAYLOADS.map((payload) => payload.replaceAll('RUN', 'alert(1)').replaceAll('CANARY', address));
    payloads.forEach((text, index) => house.provider.script(`payload ${index}.`, { text }));
  }, 90_000);
  afterAll(async () => {
    await house.close();
    await new Promise((resolve) => canary.close(resolve));
  });
  afterEach(() => {
    if (reached.length > 0) throw new Error(`Loaded from elsewhere: ${reached.splice(0).join(', ')}`);
  });

  /** Everything that a visitor may press, pressed. */
  const touchEverything = async (visit: Visit): Promise<void> => {
    await visit.log.evaluate((log) => {
      for (const element of log.querySelectorAll<HTMLElement>('.bubble *, .aside, .name')) {
        for (const type of ['mouseover', 'mouseenter', 'focus', 'click', 'animationstart', 'error', 'toggle']) {
          const event = new MouseEvent(type, { bubbles: true, cancelable: true });
          // Following a link would leave the test; where it leads is looked at below.
          if (element.closest('a') !== null) event.preventDefault();
          else element.dispatchEvent(event);
        }
      }
    });
  };

  /** Elements and attributes that messages have no use for. */
  const oddities = (visit: Visit): Promise<string[]> =>
    visit.log.evaluate((log) => {
      const elements =
        'P BR HR STRONG EM DEL CODE PRE BLOCKQUOTE UL OL LI A IMG H3 H4 H5 H6 TABLE THEAD TBODY TR TH TD';
      const known = new Set([...elements.split(' '), 'DIV', 'BUTTON']);
      const attributes = new Set(
        'href title src alt start align target rel loading referrerpolicy class type tabindex dir'.split(' '),
      );
      return [...log.querySelectorAll('.markdown *')].flatMap((element) => [
        ...(known.has(element.tagName) ? [] : [element.outerHTML]),
        ...[...element.attributes]
          .filter(({ name }) => !attributes.has(name))
          .map(({ name }) => `${name}: ${element.outerHTML}`),
        ...(element instanceof HTMLAnchorElement && element.hasAttribute('href')
          ? [
              /^(https?|mailto|tel):/.test(element.protocol) &&
              element.target === '_blank' &&
              /noopener/.test(element.rel)
                ? []
                : [element.outerHTML],
            ].flat()
          : []),
        ...(element instanceof HTMLImageElement && !element.src.startsWith('https://') ? [element.outerHTML] : []),
      ]);
    });

  const begin = async (): Promise<{ bot: TestBot; visit: Visit; faults: string[]; chatId: string; token: string }> => {
    const bot = await house.createBot();
    const page = await house.newPage();
    const faults = guard(page);
    await page.goto(house.site.add(`/${bot.code}`, house.launcherTag(bot)));
    const visit = new Visit(page);
    await visit.open();
    await visit.say('[[text=Hello]]');
    await visit.answered('Hello');
    return { bot, visit, faults, ...(await visit.remembered(bot)) };
  };

  it('has a battery to stand', () => {
    expect(PAYLOADS.length).toBeGreaterThan(100);
    expect(new Set(PAYLOADS).size).toBe(PAYLOADS.length);
  });

  it('runs nothing that a bot says, while it is said and after a reload', async () => {
    const { visit, faults, chatId, token } = await begin();
    for (const index of payloads.keys())
      await house.call('POST', `/api/chats/${chatId}/completions`, { userMessage: `payload ${index}.` }, token);
    await visit.say('[[text=The end]]');
    await visit.answered('The end');
    const said = await house.call<{ completions: Body[] }>('GET', `/api/chats/${chatId}`, undefined, token);
    expect(said.completions.map(({ assistantMessage }) => assistantMessage)).toEqual(['Hello', ...payloads, 'The end']);
    await touchEverything(visit);
    expect(await oddities(visit)).toEqual([]);
    await visit.page.reload();
    await visit.open();
    await visit.answered('The end');
    await touchEverything(visit);
    expect([faults, await oddities(visit)]).toEqual([[], []]);
    await visit.leave();
  });

  it('runs nothing that a customer or an agent says', async () => {
    const { visit, faults, chatId, token } = await begin();
    const ada = await house.createAgent('Ada');
    await ada.act(chatId, 'claim');
    for (const text of payloads) {
      await house.call('POST', `/api/chats/${chatId}/completions`, { userMessage: text }, token);
      await ada.act(chatId, 'messages', { text });
    }
    await ada.act(chatId, 'messages', { text: 'The end' });
    await visit.answered('The end');
    await touchEverything(visit);
    expect([faults, await oddities(visit)]).toEqual([[], []]);
    // What the customer wrote is shown letter by letter.
    expect(await visit.questions.allTextContents()).toEqual(['[[text=Hello]]', ...payloads]);
    await visit.leave();
  });

  it('runs nothing that is an agent’s name', async () => {
    const { visit, faults, chatId } = await begin();
    for (const payload of payloads) {
      const agent = await house.createAgent(payload.replaceAll('\x01', '').slice(0, NAME_LENGTH));
      await agent.act(chatId, 'claim');
      await agent.act(chatId, 'typing', { isTyping: true });
      await agent.act(chatId, 'messages', { text: 'Hello' });
      await agent.act(chatId, 'release', { to: 'bot' });
    }
    await visit.say('[[text=The end]]');
    await visit.answered('The end');
    await touchEverything(visit);
    expect([faults, await oddities(visit)]).toEqual([[], []]);
    await visit.leave();
  });

  it('runs nothing that is a bot’s name, title, greeting, question or launcher text', async () => {
    const bot = await house.createBot();
    const page = await house.newPage();
    const faults = guard(page);
    for (const payload of payloads) {
      const text = payload.replaceAll('\x01', '');
      const short = { value: text.slice(0, NAME_LENGTH), valueDe: '' };
      const question = { value: text.slice(0, 400), valueDe: '' };
      await house.call('PUT', `/api/admin/bots/${bot.botId}`, {
        displayNameTv: short,
        sampleQuestion1Tv: question,
      } satisfies Body);
      await house.changeWidget(bot, {
        titleTv: short,
        greetingTv: { value: text, valueDe: '' },
        launcherTextTv: short,
      });
      await page.goto(house.site.add('/', house.launcherTag(bot, 'data-open="true"')));
      const visit = new Visit(page);
      await visit.log.locator('.line').first().waitFor();
      expect(await visit.frame.locator('h1').textContent()).toBe(short.value);
      await touchEverything(visit);
      expect([payload, faults, await oddities(visit)]).toEqual([payload, [], []]);
    }
    await page.context().close();
  }, 300_000);

  it('would stop at its policy what the sanitiser let through', async () => {
    const bot = await house.createBot();
    const page = await house.newPage();
    const stopped: string[] = [];
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => stopped.push('RAN')));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) stopped.push('stopped');
    });
    await page.goto(`${house.line.url}/widget/${bot.code}`);
    await page.locator('#message-input').waitFor();
    const outcome = await page.evaluate(
      async (away) => {
        const attempts: Record<string, () => unknown> = {
          html: () => (document.body.innerHTML = '<img src=x onerror=alert(1)>'),
          handler: () => document.body.setAttribute('onclick', 'alert(1)'),
          timer: () => setTimeout('alert(1)' as unknown as () => void),
          source: () => (document.createElement('script').src = `${away}/x.js`),
          policy: () =>
            (
              globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }
            ).trustedTypes.createPolicy('mine', {}),
          request: () => fetch(`${away}/x`),
        };
        const results: Record<string, string> = {};
        for (const [name, attempt] of Object.entries(attempts)) {
          try {
            await attempt();
            results[name] = 'let through';
          } catch {
            results[name] = 'refused';
          }
        }
        document.body.click();
        return results;
      },
      `http://127.0.0.1:${(canary.address() as AddressInfo).port}`,
    );
    const { handler, ...others } = outcome;
    expect(Object.values(others)).toEqual(Object.keys(others).map(() => 'refused'));
    expect(handler).toBeDefined();
    await eventually(() => stopped.length > 0);
    expect(stopped).not.toContain('RAN');
    await page.context().close();
  });
});
