import type { ChatEventEnvelope, MessageDelta } from '@app/contracts';
import type { EventAudience } from '@app/database';
import { Injectable } from '@nestjs/common';
import { viewOf } from './chat-event-view.js';

/** One thing that readers of a chat are told, after it was committed. */
export type LogItem = LogEvent | LogDelta;

export class LogEvent {
  readonly kind = 'event';
  private cachedJson: string | null = null;
  private customersView: LogEvent | null = null;

  constructor(
    readonly event: ChatEventEnvelope,
    readonly audience: EventAudience = 'everyone',
  ) {}

  /** The same bytes for every reader. */
  get json(): string {
    return (this.cachedJson ??= JSON.stringify(this.event));
  }

  /** What the reader is shown of it; null when nothing. */
  viewFor(reader: EventAudience): LogEvent | null {
    const seen = viewOf(this, reader);
    if (seen === null || seen === this.event) return seen && this;
    return (this.customersView ??= new LogEvent(seen, this.audience));
  }
}

export class LogDelta {
  readonly kind = 'delta';
  private cachedJson: string | null = null;

  constructor(
    readonly delta: MessageDelta,
    readonly epoch: number,
  ) {}

  get json(): string {
    return (this.cachedJson ??= JSON.stringify(this.delta));
  }

  /** What a bot says is for everybody. */
  viewFor(): this {
    return this;
  }
}

export interface ChatListener {
  /** Committed items of the chat, as this instance wrote them. */
  receive(items: readonly LogItem[]): void;
  /** Something may have been written elsewhere, up to event `lastSeq` if that is known: look at the database. */
  wake(lastSeq?: number): void;
  /** The chat is gone. */
  end(): void;
}

/** Tells the readers of a chat, on this instance, what was committed. Holds no history: a reader that sees a gap reads the log. */
@Injectable()
export class ChatLogHub {
  private readonly listeners = new Map<string, Set<ChatListener>>();
  private readonly onPublish: ((chatId: string) => void)[] = [];
  private readonly onNews: ((chatId: string) => void)[] = [];

  subscribe(chatId: string, listener: ChatListener): () => void {
    const listeners = this.listeners.get(chatId) ?? new Set();
    this.listeners.set(chatId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(chatId) === listeners) this.listeners.delete(chatId);
    };
  }

  publish(chatId: string, items: readonly LogItem[]): void {
    for (const listener of this.listeners.get(chatId) ?? []) listener.receive(items);
    for (const tell of this.onPublish) tell(chatId);
    if (items.some(({ kind }) => kind === 'event')) this.tellNews(chatId);
  }

  publishEvents(chatId: string, events: readonly ChatEventEnvelope[]): void {
    if (events.length > 0)
      this.publish(
        chatId,
        events.map((event) => new LogEvent(event)),
      );
  }

  wake(chatId: string, lastSeq?: number): void {
    for (const listener of this.listeners.get(chatId) ?? []) listener.wake(lastSeq);
  }

  /** The chat has begun; nothing is in its log yet. */
  begin(chatId: string): void {
    for (const tell of this.onPublish) tell(chatId);
    this.tellNews(chatId);
  }

  /** Another instance has written into the chat. */
  hear(chatId: string): void {
    this.wake(chatId);
    this.tellNews(chatId);
  }

  /** The chat was deleted: nobody waits for more of it. */
  end(chatId: string): void {
    for (const listener of this.listeners.get(chatId) ?? []) listener.end();
    for (const tell of this.onPublish) tell(chatId);
    this.tellNews(chatId);
  }

  hasReaders(chatId: string): boolean {
    return this.listeners.has(chatId);
  }

  readChatIds(): string[] {
    return [...this.listeners.keys()];
  }

  /** Called after every local publication, to tell the other instances. */
  afterPublish(tell: (chatId: string) => void): void {
    this.onPublish.push(tell);
  }

  /** Called whenever events may have come into a chat's log, or the chat began or was deleted, here or (with Redis) elsewhere. */
  afterNews(tell: (chatId: string) => void): void {
    this.onNews.push(tell);
  }

  private tellNews(chatId: string): void {
    for (const tell of this.onNews) tell(chatId);
  }
}
