import type { ChatEventEnvelope, ChatState, TransientEvent } from '@baton/client';
import { connectTakeover, TakeoverView, type TakeoverClient } from '@baton/client/takeover';
import type { Api } from '../api.js';
import { PlainReader } from './plain-reader.js';

export interface ChatReaderListeners {
  event: (event: ChatEventEnvelope) => void;
  transient: (event: TransientEvent) => void;
  /** `refusal` is the status when the server does not want to be connected. */
  connection: (isConnected: boolean, refusal: number | null) => void;
}

/** So long may a connection take before the chat is read without it. */
const PATIENCE_MS = 4000;
const TELL_TYPING_MS = 3000;

/**
 * Reads one chat at a time through the takeover socket: its client fills gaps and resumes within a running answer, and only the socket shows
 * that the other side types. Where there is no socket, the chat is read by plain requests until there is.
 */
export class ChatReader {
  private client: TakeoverClient | null = null;
  private plain: PlainReader | null = null;
  /** What has been seen, whichever way it came. */
  private view = new TakeoverView({ after: 0, offset: 0 });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hasPlainWorked = false;
  private toldTypingAt = 0;

  constructor(
    private readonly server: URL,
    private readonly api: Api,
    private readonly token: () => Promise<string>,
    private readonly listeners: ChatReaderListeners,
  ) {}

  /** True also while there is nothing to read. */
  get isUndisturbed(): boolean {
    return this.client === null || this.client.socket.connected || this.plain !== null;
  }

  /** Reads the chat after an event, and what follows. Returns who holds it; null when another was opened meanwhile. */
  async open(chatId: string, after: number): Promise<ChatState | null> {
    this.close();
    this.view = new TakeoverView({ after, offset: 0 });
    const client = connectTakeover({ url: this.server.href, token: this.token });
    this.client = client;
    const plainly = new Promise<ChatState>((resolve) => this.listen(client, chatId, resolve));
    try {
      const state = await Promise.race([client.watch(chatId, { after }), plainly]);
      return client === this.client ? state : null;
    } catch (error) {
      if (client !== this.client) return null;
      throw error;
    }
  }

  close(): void {
    this.stopPlain();
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

  private listen(client: TakeoverClient, chatId: string, begun: (state: ChatState) => void): void {
    const ours =
      <Values extends unknown[]>(listener: (...values: Values) => void) =>
      (...values: Values): void => {
        if (client === this.client) listener(...values);
      };
    const readPlainly = ours(() => this.startPlain(chatId, ours(begun)));
    const readPlainlyLater = (): void => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => !client.socket.connected && readPlainly(), this.hasPlainWorked ? 0 : PATIENCE_MS);
    };
    // The client does not report that the first connection failed.
    readPlainlyLater();
    client.on(
      'event',
      ours((event) => this.take(event)),
    );
    client.on(
      'transient',
      ours((event) => this.takeTransient(event)),
    );
    client.on(
      'connected',
      ours(() => {
        // What was read meanwhile is not read again.
        if (this.plain !== null)
          client.watch(chatId, this.view.position).then(
            ours(() => this.stopPlain()),
            () => undefined,
          );
        this.listeners.connection(true, null);
      }),
    );
    client.on(
      'disconnected',
      ours((problem) => {
        if (problem === null) readPlainlyLater();
        this.listeners.connection(false, problem?.status ?? null);
      }),
    );
  }

  private startPlain(chatId: string, begun: (state: ChatState) => void): void {
    this.stopPlain();
    this.plain = new PlainReader(this.api, this.token, chatId, {
      position: () => this.view.position,
      event: (event) => this.take(event),
      delta: (data) => this.takeTransient({ type: 'message.delta', chatId, seq: null, epoch: null, data }),
      begun: (state) => {
        this.hasPlainWorked = true;
        begun(state);
      },
      connection: (isConnected, refusal) => {
        if (refusal !== null) this.stopPlain();
        this.listeners.connection(isConnected, refusal);
      },
    });
  }

  private stopPlain(): void {
    clearTimeout(this.timer);
    this.plain?.stop();
    this.plain = null;
  }

  private take(event: ChatEventEnvelope): void {
    if (this.view.takeEvent(event)) this.listeners.event(event);
  }

  private takeTransient(event: TransientEvent): void {
    if (event.type !== 'message.delta') return this.listeners.transient(event);
    const data = this.view.takeDelta(event.data);
    // What is missing comes with the whole message.
    if (data !== null && data !== 'gap') this.listeners.transient({ ...event, data });
  }
}
