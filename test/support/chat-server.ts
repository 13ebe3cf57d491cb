import { FakeProvider } from './fake-provider/fake-provider.mjs';
import { startTestApp, type TestApp } from './app.js';
import { EventStream } from './event-stream.js';

export const ADMIN_KEY = 'test-admin-key-of-at-least-32-characters';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** The whole application in front of a fake model service, and the few calls that conversations are made of. */
export class ChatServer {
  private constructor(
    readonly provider: FakeProvider,
    readonly app: TestApp,
  ) {}

  static async start(overrides: Record<string, string> = {}): Promise<ChatServer> {
    const provider = new FakeProvider();
    await provider.start();
    const app = await startTestApp({
      ADMIN_API_KEY: ADMIN_KEY,
      OPENAI_BASE_URL: provider.baseUrl,
      OPENAI_API_KEY: 'sk-fake',
      OPENAI_MODEL: 'fake-large',
      ...overrides,
    });
    return new ChatServer(provider, app);
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await this.provider.stop();
  }

  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(this.app.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Body };
  }

  asAdmin<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    return this.call<Body>(method, path, body, { authorization: `Bearer ${ADMIN_KEY}` });
  }

  async createChat(headers: Record<string, string> = {}): Promise<string> {
    const { status, body } = await this.call('POST', '/api/chats/create/bybotcode', { botCode: 'welcome' }, headers);
    if (status !== 200) throw new Error(`No chat: ${JSON.stringify(body)}`);
    return String(body['chatId']);
  }

  complete(chatId: string, userMessage: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('POST', `/api/chats/${chatId}/completions`, { userMessage }, headers);
  }

  stream(chatId: string, userMessage: string, headers: Record<string, string> = {}): Promise<EventStream> {
    return EventStream.open(`${this.app.url}/api/chats/${chatId}/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ userMessage }),
    });
  }

  follow(chatId: string, lastEventId?: string): Promise<EventStream> {
    const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    return EventStream.open(`${this.app.url}/api/chats/${chatId}/events`, { headers });
  }
}
