import type { ChatEventEnvelope, ChatState, Problem, TransientEvent } from '@baton/client';
import { connectTakeover, type TakeoverClient } from '@baton/client/takeover';

export interface ChatReaderListeners {
  event: (event: ChatEventEnvelope) => void;
  transient: (event: TransientEvent) => void;
  /** `problem` says why, when the server does not want to be connected. */
  connection: (isConnected: boolean, problem: Problem | null) => void;
}

/** So long may a connection take before that is worth a word. */
const PATIENCE_MS = 4000;
const TELL_TYPING_MS = 3000;

/**
 * Reads one chat at a time through the takeover socket: its client fills gaps and resumes within a running answer, and only the socket shows
 * that the other side types.
 */
export class ChatReader {
  private client: TakeoverClient | null = null;
  private toldTypingAt = 0;

  constructor(
    private readonly server: URL,
    private readonly token: () => Promise<string>,
    private readonly listeners: ChatReaderListeners,
  ) {}

  /** True also while there is nothing to read. */
  get isUndisturbed(): boolean {
    return this.client === null || this.client.socket.connected;
  }

  /** Reads the chat after an event, and what follows. Returns who holds it; null when another was opened meanwhile. */
  async open(chatId: string, after: number): Promise<ChatState | null> {
    const client = this.connect();
    try {
      const state = await client.watch(chatId, { after });
      return client === this.client ? state : null;
    } catch (error) {
      if (client !== this.client) return null;
      throw error;
    }
  }

  close(): void {
    this.client?.close();
    this.client = null;
  }

  /** Not at every key. */
  tellTyping(chatId: string, isTyping: boolean): void {
    const now = Date.now();
    if (isTyping ? now - this.toldTypingAt < TELL_TYPING_MS : this.toldTypingAt === 0) return;
    this.toldTypingAt = isTyping ? now : 0;
    if (this.client?.socket.connected === true) this.client.typing(chatId, isTyping).catch(() => undefined);
  }

  private connect(): TakeoverClient {
    this.client?.close();
    const client = connectTakeover({ url: this.server.href, token: this.token });
    this.client = client;
    const isOurs = (): boolean => client === this.client;
    // The client does not report that the first connection failed.
    setTimeout(() => isOurs() && !client.socket.connected && this.listeners.connection(false, null), PATIENCE_MS);
    client.on('event', (event) => isOurs() && this.listeners.event(event));
    client.on('transient', (event) => isOurs() && this.listeners.transient(event));
    client.on('connected', () => isOurs() && this.listeners.connection(true, null));
    client.on('disconnected', (problem) => isOurs() && this.listeners.connection(false, problem));
    return client;
  }
}
