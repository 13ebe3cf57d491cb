import { io, type ManagerOptions, type Socket } from 'socket.io-client';
import type { ChatServer } from '../../support/chat-server.js';
import { EventStream } from '../../support/event-stream.js';
import { HttpClient } from '../../support/http-client.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';
import { SocketDocument } from '../takeover/takeover.support.js';

export interface ShownMessage {
  id: string;
  role: string;
  assistant_id: string | null;
  run_id: string | null;
  created_at: number;
  content: { text: { value: string } }[];
}

export interface ShownThread {
  id: string;
  status: string;
}

const { fetch } = new OpenApiValidator();
const DOCUMENT = new SocketDocument();

/** A client of the threads API, with or without an account. Every answer is held against the document. */
export class ThreadsClient extends HttpClient {
  constructor(server: ChatServer, headers: Record<string, string> = {}) {
    super(server.app.url, headers, fetch);
  }

  async createThread(): Promise<string> {
    return String((await this.call('POST', '/create_thread')).body['thread_id']);
  }

  chat<Body = Record<string, unknown>>(threadId: string, message: string, assistantId?: string) {
    return this.call<Body>('POST', '/chat', { thread_id: threadId, message, asst_id: assistantId });
  }

  async messages(threadId: string): Promise<ShownMessage[]> {
    return (await this.call<{ messages: ShownMessage[] }>('GET', `/threads/${threadId}/messages`)).body.messages;
  }

  /** Who said what, the oldest first. */
  async said(threadId: string): Promise<[string, string][]> {
    const messages = await this.messages(threadId);
    return messages.toReversed().map(({ role, content }) => [role, content[0]!.text.value]);
  }

  async status(threadId: string): Promise<string> {
    return (await this.call<ShownThread>('GET', `/threads/${threadId}`)).body.status;
  }
}

/** The id of the chat that a thread is. */
export const chatIdOf = (threadId: string): string =>
  threadId.replace(/^thread_(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export interface ThreadChange {
  operationType: string;
  fullDocument: ShownThread;
}

/** The stream of all threads. */
export async function followThreads(server: ChatServer, headers: Record<string, string> = {}): Promise<EventStream> {
  const stream = await EventStream.open(`${server.app.url}/events/threads`, { headers });
  if (stream.status !== 200) throw new Error(`The stream answered ${stream.status}.`);
  return stream;
}

/** What happened to a thread, as far as the stream has told. */
export const changesOf = (stream: EventStream, threadId: string): string[] =>
  stream.events
    .map(({ data }) => data as unknown as ThreadChange)
    .filter(({ fullDocument }) => fullDocument.id === threadId)
    .map(({ operationType, fullDocument }) => `${operationType} ${fullDocument.status}`);

/** A connection to the socket, and everything that came over it. */
export class Listener {
  readonly heard: [string, unknown][] = [];
  /** Broadcasts that are not as documented. */
  private readonly faults: string[] = [];

  private constructor(private readonly socket: Socket) {
    socket.onAny((name: string, payload: unknown) => {
      this.heard.push([name, payload]);
      const fault = DOCUMENT.faultOf(name.split('-')[0]!, payload, 'threads');
      if (fault !== null) this.faults.push(fault);
    });
  }

  /** Fails with the refusal. */
  static async connect(
    server: ChatServer,
    auth: object = {},
    options: Partial<ManagerOptions> = {},
  ): Promise<Listener> {
    const socket = io(server.app.url, {
      auth,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      ...options,
    });
    const listener = new Listener(socket);
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', resolve);
      socket.on('connect_error', (error: Error & { data?: unknown }) => {
        socket.close();
        reject(Object.assign(new Error(error.message), { problem: error.data }));
      });
    });
    return listener;
  }

  get isConnected(): boolean {
    return this.socket.connected;
  }

  /** What was heard of a thread. */
  of(threadId: string): [string, unknown][] {
    return this.heard.filter(([, payload]) => (payload as { thread_id: string }).thread_id === threadId);
  }

  /** Fails when something was told that is not as documented. */
  close(): void {
    this.socket.close();
    if (this.faults.length > 0) throw new Error(this.faults.join('\n'));
  }
}
