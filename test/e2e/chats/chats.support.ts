import { ADMIN_KEY, ChatServer, type Answer } from '../../support/chat-server.js';
import type { EventStream } from '../../support/event-stream.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';

export type Body = Record<string, unknown>;
export type Page = { totalItemCount: number; items: Body[] };

/** Somebody who calls the server, with a token or without one. Every answer is held against the OpenAPI document. */
export class Caller {
  private constructor(
    private readonly server: ChatServer,
    private readonly validator: OpenApiValidator,
    private readonly headers: Record<string, string>,
  ) {}

  static async all(server: ChatServer): Promise<Record<'admin' | 'ada' | 'bob' | 'nobody', Caller>> {
    const validator = new OpenApiValidator();
    const keyOf = async (login: string): Promise<string> => {
      const { body: user } = await server.asAdmin('POST', '/api/admin/users', { login, roles: ['user'] });
      const path = `/api/admin/users/${String(user['userId'])}/apiKeys`;
      return String((await server.asAdmin('POST', path, { name: 'test' })).body['key']);
    };
    const withKey = (key: string): Caller => new Caller(server, validator, { authorization: `Bearer ${key}` });
    return {
      admin: withKey(ADMIN_KEY),
      ada: withKey(await keyOf('ada')),
      bob: withKey(await keyOf('bob')),
      nobody: new Caller(server, validator, {}),
    };
  }

  get authorization(): string {
    return this.headers['authorization'] ?? '';
  }

  async raw(method: string, path: string, body?: RequestInit['body'], headers = {}): Promise<Response> {
    return this.validator.fetch(this.server.app.url + path, { method, body, headers: { ...this.headers, ...headers } });
  }

  async call<Result = Body>(method: string, path: string, body?: unknown): Promise<Answer<Result>> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.raw(
      method,
      path,
      json,
      body === undefined ? {} : { 'content-type': 'application/json' },
    );
    return { status: response.status, headers: response.headers, body: (await response.json()) as Result };
  }

  /** The body of an answer that must be a good one. */
  async ok<Result = Body>(method: string, path: string, body?: unknown): Promise<Result> {
    const answer = await this.call<Result>(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** The code of an answer that must be a problem. */
  async refused(method: string, path: string, body?: unknown): Promise<[number, unknown]> {
    const { status, body: problem } = await this.call(method, path, body);
    return [status, problem['code']];
  }

  async createChat(botId?: string): Promise<string> {
    const chat =
      botId === undefined
        ? await this.ok('POST', '/api/chats/create/bybotcode', { botCode: 'welcome' })
        : await this.ok('POST', '/api/chats', { botId });
    return String(chat['chatId']);
  }

  say(chatId: string, userMessage: string, flags: Body = {}): Promise<Body> {
    return this.ok('POST', `/api/chats/${chatId}/completions`, { userMessage, ...flags });
  }

  stream(chatId: string, userMessage: string): Promise<EventStream> {
    return this.server.stream(chatId, userMessage, this.headers);
  }

  withKey(key: string): Caller {
    return new Caller(this.server, this.validator, { authorization: `Bearer ${key}` });
  }

  /** The same person at another instance. */
  on(server: ChatServer): Caller {
    return new Caller(server, this.validator, this.headers);
  }

  createBot(changes: Body = {}): Promise<string> {
    const bot = { displayNameTv: { value: 'Bot', valueDe: '' }, isActive: true, isPublic: true, ...changes };
    return this.ok('POST', '/api/admin/bots', bot).then(({ botId }) => String(botId));
  }
}

/** The ids in a list of chats. */
export async function idsOf(caller: Caller, path = '/api/users/current/chats'): Promise<unknown[]> {
  return (await caller.ok<Page>('GET', path)).items.map(({ chatId }) => chatId);
}

export const NOT_FOUND = [404, 'NOT_FOUND'];
