import { ChatServer } from '../../support/chat-server.js';
import { HttpClient } from '../../support/http-client.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';

export interface SimpleAnswer {
  answer: string;
  thread_id: string;
}

export type ConversationLog = Record<string, { user: string; bot: string; timestamp: number }[]>;

/** Calls the simple chat; every answer is held against the document. */
export class SimpleChatClient extends HttpClient {
  constructor(private readonly server: ChatServer) {
    super(server.app.url, {}, new OpenApiValidator().fetch);
  }

  send<Body = SimpleAnswer>(body: unknown, headers: Record<string, string> = {}) {
    return this.call<Body>('POST', '/api/chat', typeof body === 'string' ? Buffer.from(body) : body, headers);
  }

  /** Throws unless it is answered. */
  readonly say = async (body: Record<string, unknown>, headers?: Record<string, string>): Promise<SimpleAnswer> => {
    const answer = await this.send(body, headers);
    if (answer.status !== 200) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  readonly errorOf = async (body: unknown, headers?: Record<string, string>): Promise<[number, unknown]> => {
    const answer = await this.send<unknown>(body, headers);
    return [answer.status, answer.body];
  };

  readonly exported = async (): Promise<ConversationLog> =>
    (await this.server.asAdmin<ConversationLog>('GET', '/api/admin/conversations.json')).body;
}
