import { FakeProvider } from './fake-provider/fake-provider.mjs';
import { startTestApp, type TestApp } from './app.js';
import { EventStream } from './event-stream.js';
import { bearer, HttpClient, type Answer, type HttpRequest } from './http-client.js';

export const ADMIN_KEY = 'test-admin-key-of-at-least-32-characters';

/** The whole application in front of a fake model service, and the few calls that conversations are made of. */
export class ChatServer {
  private readonly http: HttpClient;

  private constructor(
    readonly provider: FakeProvider,
    readonly app: TestApp,
  ) {
    this.http = new HttpClient(app.url);
  }

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

  call<Body = Record<string, unknown>>(...request: HttpRequest): Promise<Answer<Body>> {
    return this.http.call<Body>(...request);
  }

  asAdmin<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    return this.call<Body>(method, path, body, bearer(ADMIN_KEY));
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
