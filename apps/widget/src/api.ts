import { newIdempotencyKey, type ChatEventEnvelope, type ChatState, type Problem } from '@baton/client';
import type { Language, Settings } from './settings.js';

/** The server refused a request, or did not answer (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(code);
  }
}

export interface Session {
  token: string;
  expiresAt: string;
  visitorId: string;
}

export interface EventsPage {
  items: ChatEventEnvelope[];
  lastSeq: number;
  hasMore: boolean;
}

export type ResponseBody = NonNullable<Response['body']>;

interface Call {
  token?: string;
  key?: string;
  body?: object;
  accept?: string;
  position?: string;
  signal?: AbortSignal;
}

/** The calls that a visitor makes. Every POST is named, so that a repeated one has no second effect. */
export class Api {
  private readonly server: URL;
  private readonly language: Language;

  constructor({ server, language }: Pick<Settings, 'server' | 'language'>) {
    this.server = server;
    this.language = language;
  }

  openSession(code: string, token: string | null): Promise<Session> {
    return this.json('POST', `api/widget/${encodeURIComponent(code)}/session`, { body: { token } });
  }

  async createChat(token: string, key: string, botId: string): Promise<string> {
    const { chatId } = await this.json<{ chatId: string }>('POST', 'api/chats', { token, key, body: { botId } });
    return chatId;
  }

  /** Resolves when the message is stored. The answer of the bot or an agent comes over the socket. */
  async say(token: string, key: string, chatId: string, userMessage: string): Promise<void> {
    const leave = new AbortController();
    await this.call('POST', `api/chats/${chatId}/completions`, {
      token,
      key,
      body: { userMessage },
      accept: 'text/event-stream',
      signal: leave.signal,
    });
    // The stream begins after the commit. The bot goes on when we leave.
    leave.abort();
  }

  act(token: string, chatId: string, action: 'request' | 'cancel' | 'end'): Promise<ChatState> {
    return this.json('POST', `api/chats/${chatId}/takeover/${action}`, { token, key: newIdempotencyKey(), body: {} });
  }

  async stopAnswer(token: string, chatId: string): Promise<void> {
    await this.json('POST', `api/chats/${chatId}/turns/current/stop`, { token });
  }

  readEvents(token: string, chatId: string, after: number, limit: number): Promise<EventsPage> {
    return this.json('GET', `api/chats/${chatId}/events?after=${after}&limit=${limit}`, { token });
  }

  readState(token: string, chatId: string): Promise<ChatState> {
    return this.json('GET', `api/chats/${chatId}/takeover`, { token });
  }

  /** Events after a position, as they come. */
  async followEvents(token: string, chatId: string, position: string, signal: AbortSignal): Promise<ResponseBody> {
    const { body } = await this.call('GET', `api/chats/${chatId}/events`, {
      token,
      accept: 'text/event-stream',
      position,
      signal,
    });
    return body ?? unreachable();
  }

  private async json<Result>(method: string, path: string, call: Call): Promise<Result> {
    const response = await this.call(method, path, call);
    return (await response.json().catch(unreachable)) as Result;
  }

  private async call(
    method: string,
    path: string,
    { token, key, body, accept, position, signal }: Call,
  ): Promise<Response> {
    const response = await fetch(new URL(path, this.server), {
      method,
      headers: {
        'accept-language': this.language,
        accept: accept ?? 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(position !== undefined && { 'last-event-id': position }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'omit',
      signal: signal ?? null,
    }).catch(unreachable);
    if (!response.ok) throw await errorOf(response);
    return response;
  }
}

function unreachable(): never {
  throw new ApiError(0, 'UNREACHABLE');
}

async function errorOf(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const seconds = Number(response.headers.get('retry-after'));
  return new ApiError(response.status, problem.code ?? '', seconds > 0 ? seconds : null);
}
