import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import type { EventStream } from '../../support/event-stream.js';
import { bearer, HttpClient } from '../../support/http-client.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';

export type Body = Record<string, unknown>;
export type Page = { totalItemCount: number; items: Body[] };

/** A client with a token or without one. It validates every answer against the OpenAPI document. */
export class Caller extends HttpClient {
  private constructor(
    private readonly server: ChatServer,
    headers: Record<string, string>,
    fetch: OpenApiValidator['fetch'],
  ) {
    super(server.app.url, headers, fetch);
  }

  static async all(server: ChatServer): Promise<Record<'admin' | 'ada' | 'bob' | 'anonymous', Caller>> {
    const { fetch } = new OpenApiValidator();
    const keyOf = async (login: string): Promise<string> => {
      const { body: user } = await server.asAdmin('POST', '/api/admin/users', { login, roles: ['user'] });
      const path = `/api/admin/users/${String(user['userId'])}/apiKeys`;
      return String((await server.asAdmin('POST', path, { name: 'test' })).body['key']);
    };
    const withKey = (key: string): Caller => new Caller(server, bearer(key), fetch);
    return {
      admin: withKey(ADMIN_KEY),
      ada: withKey(await keyOf('ada')),
      bob: withKey(await keyOf('bob')),
      anonymous: new Caller(server, {}, fetch),
    };
  }

  get authorization(): string {
    return this.headers['authorization'] ?? '';
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
    return new Caller(this.server, bearer(key), this.fetch);
  }

  /** The same person at another instance. */
  on(server: ChatServer): Caller {
    return new Caller(server, this.headers, this.fetch);
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
