import { DataSource } from 'typeorm';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { FakeProvider } from '../../support/fake-provider/fake-provider.mjs';
import { bearer, type Answer } from '../../support/http-client.js';

export interface TracedCall {
  serviceId: string;
  model: string;
  outcome: string;
  reason?: string;
  milliseconds: number;
}

export interface Availability {
  state: string;
  reason: { code: string; detail: string } | null;
  since: string | null;
}

export const SECOND = 'The second service answers.';

/** The application with a bot that answers through two services, the second of which says so. */
export class FallbackServer {
  readonly second = new FakeProvider({ models: [{ id: 'fake-second' }] });
  server!: ChatServer;
  firstId = '';
  secondId = '';
  botId = '';

  get first(): FakeProvider {
    return this.server.provider;
  }

  async start(overrides: Record<string, string> = {}): Promise<void> {
    await this.second.start();
    this.server = await ChatServer.start({ PROVIDER_ATTEMPTS: '2', ...overrides });
    const services = await this.admin<{ items: { id: string }[] }>('GET', '/api/admin/openAiServices');
    this.firstId = services.items[0]!.id;
    this.secondId = await this.createService('Second', this.second);
    const bots = await this.admin<{ items: { botId: string }[] }>('GET', '/api/admin/bots');
    this.botId = bots.items[0]!.botId;
    await this.setFallbacks([{ openAiServiceId: this.secondId }]);
    await this.admin('POST', `/api/admin/openAiServices/${this.firstId}/probe`);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.second.stop();
  }

  /** Both services work, and nothing is remembered of the first. */
  async renew(settings: Record<string, unknown> = {}): Promise<void> {
    this.first.reset();
    this.second.reset();
    this.second.script('default', { text: SECOND });
    const service = { displayName: 'First', isActive: true, maxConcurrency: null, queueSeconds: null, ...settings };
    await this.admin('PUT', `/api/admin/openAiServices/${this.firstId}`, service);
  }

  setFallbacks(fallbackServices: unknown): Promise<unknown> {
    return this.admin('PUT', `/api/admin/bots/${this.botId}`, { fallbackServices });
  }

  /** A service whose probe has ended. */
  async createService(displayName: string, { baseUrl }: FakeProvider): Promise<string> {
    const service = { displayName, isActive: true, azureOpenAiEndpoint: baseUrl };
    const id = await this.admin<string>('POST', '/api/admin/openAiServices', service);
    await this.admin('POST', `/api/admin/openAiServices/${id}/probe`);
    return id;
  }

  async admin<Body = unknown>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.server.asAdmin<Body>(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async availability(serviceId: string): Promise<Availability> {
    const status = await this.admin<{ availability: Availability }>(
      'GET',
      `/api/admin/openAiServices/${serviceId}/status`,
    );
    return status.availability;
  }

  /** Asks in a new chat. */
  async ask(text: string): Promise<Answer> {
    return this.server.complete(await this.server.createChat(), text);
  }

  /** Asks in a new chat, and says what was called. */
  async trace(text: string): Promise<{ answer: Answer; calls: TracedCall[] }> {
    const headers = bearer(ADMIN_KEY);
    const chatId = await this.server.createChat(headers);
    const body = { userMessage: text, isTraceLogEnabled: true };
    const answer = await this.server.call('POST', `/api/chats/${chatId}/completions`, body, headers);
    const sql = 'SELECT trace FROM turns WHERE chat_id = ?';
    const [turn] = await this.query<{ trace: string | { calls: TracedCall[] } }>(sql, chatId);
    const trace = turn?.trace ?? { calls: [] };
    return {
      answer,
      calls: (typeof trace === 'string' ? (JSON.parse(trace) as { calls: TracedCall[] }) : trace).calls,
    };
  }

  query<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return this.server.app.app.get(DataSource).query<Row[]>(sql, values);
  }

  /** The sum of a figure over its labels. */
  async figure(name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`${this.server.app.url}/metrics`, { headers: bearer(ADMIN_KEY) })).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }
}
