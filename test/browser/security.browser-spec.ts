import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { describeInBrowser } from './chromium.js';
import { House, Visit, type TestBot } from './house.js';
import { PAYLOADS } from './payloads.js';
import { Site } from './site.js';

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

  /** What has run on a page, and what its policy had to stop because the sanitiser had let it through. */
  const guard = async (page: Page): Promise<string[]> => {
    const faults: string[] = [];
    page.on('dialog', (dialog) => {
      faults.push(`ran: ${page.url()}`);
      void dialog.dismiss();
    });
    page.on('popup', (popup) => faults.push(`opened: ${popup.url()}`));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted ?(HTML|Script|Type)/i.test(message.text())) faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
    return faults;
  };

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
    const faults = await guard(page);
    await page.goto(house.site.add(`/${bot.code}`, house.launcherTag(bot)));
    const visit = new Visit(page);
    await visit.open();
    await visit.say('[[text=Hello]]');
    await visit.answered('Hello');
    const { chatId, token } = JSON.parse((await visit.memory())[`baton:${bot.botId}`]!) as Record<string, string>;
    return { bot, visit, faults, chatId: chatId!, token: token! };
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
    const faults = await guard(page);
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

  describe('in frames', () => {
    const frameOn = async (site: Site, address: string): Promise<{ page: Page; isShown: () => Promise<boolean> }> => {
      const page = await house.newPage();
      await page.goto(site.add('/frame', `<iframe src="${address}" width="350" height="500"></iframe>`));
      await eventually(() => page.frames().length === 2 && page.frames()[1]!.url() !== '');
      const isShown = async (): Promise<boolean> =>
        (await page.frameLocator('iframe').locator('#message-input').count()) === 1;
      return { page, isShown };
    };

    it('is shown on every site when none is named', async () => {
      const bot = await house.createBot();
      const { page, isShown } = await frameOn(house.site, `${house.line.url}/widget/${bot.code}`);
      await eventually(isShown);
      await page.context().close();
    });

    it('is shown on the sites that are named, and on no other', async () => {
      const bot = await house.createBot();
      const other = await Site.open();
      await house.changeWidget(bot, { allowedOrigins: [house.site.origin] });
      const address = `${house.line.url}/widget/${bot.code}`;
      const good = await frameOn(house.site, address);
      await eventually(good.isShown);
      const page = await house.newPage();
      const refusals: string[] = [];
      page.on('console', (message) => refusals.push(message.text()));
      await page.goto(other.add('/', house.launcherTag(bot, 'data-open="true"')));
      await eventually(() => refusals.some((text) => text.includes('frame-ancestors')));
      expect(page.frames()[1]!.url()).toMatch(/^chrome-error:/);
      await good.page.context().close();
      await page.context().close();
      await other.close();
    });

    it('works with the embed code of the threads API’s own pages', async () => {
      const bot = await house.createBot();
      const address = `${house.line.url}/chatbot?assistant_id=asst_${bot.botId.replaceAll('-', '')}`;
      const page = await house.newPage();
      await page.goto(
        house.site.add(
          '/original',
          `<div id="chatbot-container"></div><script>
            const iframe = document.createElement('iframe');
            iframe.src = '${address}';
            iframe.style.cssText = 'position:fixed;bottom:0;right:0;width:350px;height:500px;border:none;z-index:1000';
            document.getElementById('chatbot-container').appendChild(iframe);
          </script>`,
        ),
      );
      const frame = page.frameLocator('iframe');
      for (const id of ['chat-container', 'chat-messages', 'chat-input', 'message-input', 'send-button'])
        await frame.locator(`#${id}`).waitFor();
      await frame.locator('#message-input').fill('[[text=As ever]]');
      await frame.locator('#send-button').click();
      await frame.locator('.line.theirs .bubble', { hasText: 'As ever' }).waitFor();
      await page.context().close();
    });

    it('listens to nobody but the page that opened it', async () => {
      const bot = await house.createBot();
      const visit = await house.visit(bot);
      const page = visit.page;
      // A stranger's frame on the same page says what only the chat's frame may say.
      await page.evaluate((html) => {
        const stranger = document.createElement('iframe');
        stranger.name = 'stranger';
        stranger.srcdoc = html;
        document.body.append(stranger);
      }, `<script>parent.postMessage({ baton: 'close' }, '*'); parent.document.title = 'said'</script>`);
      await eventually(async () => (await page.title()) === 'said');
      expect(await page.getByRole('button', { name: 'Close chat' }).getAttribute('aria-expanded')).toBe('true');
      await visit.leave();
    });

    it('runs on a page with a strict policy of its own', async () => {
      const bot = await house.createBot();
      const page = await house.newPage();
      const faults = await guard(page);
      const origin = new URL(house.line.url).origin;
      const policy = `default-src 'none'; script-src ${origin}; frame-src ${origin}; require-trusted-types-for 'script'`;
      const tag = `<script src="${house.line.url}/widget/${bot.code}/loader.js" async></script>`;
      await page.goto(house.site.add('/strict', tag, { 'content-security-policy': policy }));
      const visit = new Visit(page);
      await visit.open();
      await visit.say('[[text=Strict]]');
      await visit.answered('Strict');
      expect(faults).toEqual([]);
      expect(await page.context().cookies()).toEqual([]);
      await visit.leave();
    });
  });
});
