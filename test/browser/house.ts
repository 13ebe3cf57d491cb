import { connectTakeover, type TakeoverClient } from '@baton/client/takeover';
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { bearer, HttpClient } from '../support/http-client.js';
import { ADMIN_KEY, BatonServer } from '../support/server.mjs';
import { launchChromium } from './chromium.js';
import { Line } from '../support/line.js';
import { Site } from './site.js';

type Body = Record<string, unknown>;

export interface TestBot {
  botId: string;
  code: string;
}

/** The built server behind a line that can be cut, a fake model service, a customer's website, and a browser. */
export class House {
  private bots = 0;
  private serviceId: unknown = null;

  private constructor(
    readonly provider: FakeProvider,
    readonly server: BatonServer,
    readonly line: Line,
    readonly site: Site,
    readonly browser: Browser,
  ) {}

  static async open({ prefix = '', env = {} }: { prefix?: string; env?: Record<string, string> } = {}): Promise<House> {
    const provider = new FakeProvider();
    await provider.start();
    const server = await BatonServer.start({ providerUrl: provider.baseUrl, env });
    const line = await Line.open(() => server.port, prefix);
    return new House(provider, server, line, await Site.open(), await launchChromium());
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.site.close();
    await this.line.close();
    await this.server.dispose();
    await this.provider.stop();
  }

  call<Result = Body>(method: string, path: string, body?: unknown, token = ADMIN_KEY): Promise<Result> {
    return new HttpClient(this.server.url, bearer(token)).ok<Result>(method, path, body);
  }

  async createBot(changes: Body = {}): Promise<TestBot> {
    if (this.serviceId === null) {
      const services = await this.call<{ items: { id: string }[] }>('GET', '/api/admin/openAiServices');
      this.serviceId = services.items[0]!.id;
    }
    const bot = {
      code: `shop-${++this.bots}`,
      displayNameTv: { value: 'Bo', valueDe: 'Bodo' },
      displayMessageTv: { value: 'Hello! What can I do for you?', valueDe: 'Hallo! Was kann ich für Sie tun?' },
      isPublic: true,
      isActive: true,
      openAiServiceId: this.serviceId,
      ...changes,
    };
    const { botId } = await this.call('POST', '/api/admin/bots', bot);
    return { botId: String(botId), code: bot.code };
  }

  async changeWidget({ botId }: TestBot, changes: Body): Promise<void> {
    const path = `/api/admin/bots/${botId}/widget`;
    await this.call('PUT', path, { ...(await this.call('GET', path)), ...changes });
  }

  /** An agent and the key by which it acts. */
  async createAgent(displayName: string): Promise<Agent> {
    const account = { login: `agent-${crypto.randomUUID()}`, displayName, roles: ['agent'] };
    const { userId } = await this.call('POST', '/api/admin/users', account);
    const { key } = await this.call('POST', `/api/admin/users/${String(userId)}/apiKeys`, { name: 'test' });
    return new Agent(this, String(key));
  }

  /** The messages in the log of a chat. */
  async saidIn(chatId: string): Promise<string[]> {
    const path = `/api/takeover/chats/${chatId}/events?limit=500`;
    const { items } = await this.call<{ items: { type: string; data: Body }[] }>('GET', path);
    return items.filter(({ type }) => type === 'message.created').map(({ data }) => String(data['text']));
  }

  /** A visitor's browser, with nothing in it. */
  async newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ locale: 'en-GB', ...options });
    return context.newPage();
  }

  launcherTag = ({ code }: TestBot, attributes = ''): string =>
    `<script src="${this.line.url}/widget.js" data-bot="${code}" ${attributes} async></script>`;

  /** Opens the chat from the launcher on a page of the website. */
  async visit(bot: TestBot, options: BrowserContextOptions = {}): Promise<Visit> {
    const page = await this.newPage(options);
    await page.goto(this.site.add(`/${bot.code}`, this.launcherTag(bot)));
    const visit = new Visit(page);
    await visit.open();
    return visit;
  }
}

/** One visitor's view of the chat. */
export class Visit {
  readonly frame: FrameLocator;

  constructor(readonly page: Page) {
    this.frame = page.frameLocator('[data-baton-widget] iframe');
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: /open chat|chat öffnen/i }).click();
    await this.input.waitFor();
  }

  get input() {
    return this.frame.locator('#message-input');
  }

  get log() {
    return this.frame.locator('#chat-messages');
  }

  get status() {
    return this.frame.locator('.status');
  }

  /** What others have said, one text a message. */
  get answers() {
    return this.log.locator('.line.theirs .bubble:not(.dots)');
  }

  get questions() {
    return this.log.locator('.line.mine .bubble');
  }

  button(name: string | RegExp) {
    return this.frame.getByRole('button', { name });
  }

  async say(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** Resolves when the text is shown. */
  async sees(text: string | RegExp): Promise<void> {
    await this.log.getByText(text).last().waitFor();
  }

  /** Resolves when this is the whole of the last thing that others have said. */
  async answered(text: string): Promise<void> {
    await eventually(async () => (await this.answers.allInnerTexts()).at(-1) === text);
  }

  lastAnswer(): Promise<string> {
    return this.answers.last().innerText();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.open();
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }

  /** What the page keeps in the browser. */
  async memory(): Promise<Record<string, string>> {
    return this.input.evaluate(() => Object.fromEntries(Object.entries(localStorage)));
  }

  /** Which chat with a bot the page goes on with, and by which token. */
  async remembered({ botId }: TestBot): Promise<{ chatId: string; token: string }> {
    return JSON.parse((await this.memory())[`baton:${botId}`]!) as { chatId: string; token: string };
  }
}

/** An agent over REST and the takeover socket. */
export class Agent {
  private client: TakeoverClient | null = null;

  constructor(
    private readonly house: House,
    private readonly key: string,
  ) {}

  act(chatId: string, action: string, body: object = {}): Promise<Body> {
    return this.house.call('POST', `/api/takeover/chats/${chatId}/${action}`, body, this.key);
  }

  /** The newest chat that waits or is held. */
  async firstInQueue(): Promise<string> {
    const { items } = await this.house.call<{ items: { chatId: string }[] }>(
      'GET',
      '/api/takeover/queue',
      undefined,
      this.key,
    );
    return items[0]!.chatId;
  }

  /** Reads along over the socket. */
  async watch(chatId: string): Promise<TakeoverClient> {
    this.client ??= connectTakeover({ url: this.house.server.url, token: this.key });
    await this.client.watch(chatId);
    return this.client;
  }

  leave(): void {
    this.client?.close();
    this.client = null;
  }
}
