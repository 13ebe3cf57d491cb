import type { BrowserContextOptions, Page } from 'playwright-core';
import { HttpClient, bearer } from '../../support/http-client.js';
import { House, type TestBot } from '../house.js';

/** An agent's account, key and browser. */
export interface AgentAtDesk {
  userId: number;
  name: string;
  key: string;
}

/** A customer with an account, at the REST API. */
export class Customer {
  constructor(
    private readonly house: House,
    readonly chatId: string,
    readonly key: string,
  ) {}

  /** Without waiting for the answer. */
  say(userMessage: string): Promise<unknown> {
    return this.house.call('POST', `/api/chats/${this.chatId}/completions`, { userMessage }, this.key);
  }

  askForPerson(): Promise<unknown> {
    return this.house.call('POST', `/api/chats/${this.chatId}/takeover/request`, undefined, this.key);
  }

  /** What the customer may read of the log. */
  async log(): Promise<string> {
    return JSON.stringify(
      await this.house.call('GET', `/api/chats/${this.chatId}/events?limit=500`, undefined, this.key),
    );
  }
}

export async function createAgent(house: House, displayName: string, roles = ['agent']): Promise<AgentAtDesk> {
  const account = { login: `agent-${crypto.randomUUID()}`, displayName, roles };
  const { userId } = await house.call('POST', '/api/admin/users', account);
  const { key } = await house.call('POST', `/api/admin/users/${String(userId)}/apiKeys`, { name: 'desk' });
  return { userId: Number(userId), name: displayName, key: String(key) };
}

export async function createCustomer(house: House, bot: TestBot, displayName: string): Promise<Customer> {
  const account = { login: `customer-${crypto.randomUUID()}`, displayName, roles: ['user'] };
  const { userId } = await house.call('POST', '/api/admin/users', account);
  const { key } = await house.call('POST', `/api/admin/users/${String(userId)}/apiKeys`, { name: 'customer' });
  const client = new HttpClient(house.server.url, bearer(String(key)));
  const { chatId } = await client.ok<{ chatId: string }>('POST', '/api/chats/create/bybotcode', { botCode: bot.code });
  return new Customer(house, chatId, String(key));
}

/** One agent's browser with the console in it. */
export class Desk {
  constructor(
    private readonly house: House,
    readonly page: Page,
  ) {}

  /** Signed in, at a page of the console. */
  static async open(house: House, agent: AgentAtDesk, path = '', options: BrowserContextOptions = {}): Promise<Desk> {
    const desk = new Desk(house, await house.newPage({ viewport: { width: 1440, height: 900 }, ...options }));
    await desk.goTo(path);
    await desk.signIn(agent.key);
    return desk;
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(`${this.house.line.url}/console${path}`);
  }

  async signIn(key: string): Promise<void> {
    await this.page.locator('input[name=key]').fill(key);
    await this.page.keyboard.press('Enter');
    await this.page.getByRole('navigation').waitFor();
  }

  row(name: string) {
    return this.page.locator('[data-chat]').filter({ hasText: name });
  }

  get log() {
    return this.page.getByRole('log');
  }

  get reply() {
    return this.page.getByRole('textbox', { name: 'Reply' });
  }

  get owner() {
    return this.page.locator('[data-owner]');
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', { name });
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  async write(text: string): Promise<void> {
    await this.reply.fill(text);
    await this.reply.press('Enter');
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }
}
