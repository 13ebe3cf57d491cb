import type { ChatEventEnvelope, MessageDelta } from '@app/contracts';
import type { EventAudience } from '@app/database';
import { Injectable } from '@nestjs/common';
import { viewOf } from './chat-event-view.js';

/** A committed event or delta on its way to readers. */
export type LogItem = LogEvent | LogDelta;

export class LogEvent {
  readonly kind = 'event';
  private cachedJson: string | null = null;
  private customersView: LogEvent | null = null;

  constructor(
    readonly event: ChatEventEnvelope,
    readonly audience: EventAudience = 'everyone',
  ) {}

  /** Serialised once for all readers. */
  get json(): string {
    return (this.cachedJson ??= JSON.stringify(this.event));
  }

  /** The event as the reader sees it; null for nothing. */
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

  /** Deltas are for everyone. */
  viewFor(): this {
    return this;
  }
}

export interface ChatListener {
  /** Receives items of the chat that this instance has committed. */
  receive(items: readonly LogItem[]): void;
  /** Another instance may have written into the chat, up to event `lastSeq` if known: the database must be read. */
  wake(lastSeq?: number): void;
  /** The chat was deleted. */
  end(): void;
}

/** Delivers committed items to the readers of a chat on this instance. Keeps no history: a reader that notices a gap reads the log. */
@Injectable()
export class ChatLogHub {
  private readonly listeners = new Map<string, Set<ChatListener>>();
  private readonly publishListeners: ((chatId: string) => void)[] = [];
  private readonly changeListeners: ((chatId: string) => void)[] = [];

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
    for (const listener of this.publishListeners) listener(chatId);
    if (items.some(({ kind }) => kind === 'event')) this.notifyChanged(chatId);
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

  /** The chat was created; its log is empty. */
  notifyCreated(chatId: string): void {
    for (const listener of this.publishListeners) listener(chatId);
    this.notifyChanged(chatId);
  }

  /** Another instance has written into the chat. */
  notifyWritten(chatId: string): void {
    this.wake(chatId);
    this.notifyChanged(chatId);
  }

  /** The chat was deleted: its readers end. */
  notifyDeleted(chatId: string): void {
    for (const listener of this.listeners.get(chatId) ?? []) listener.end();
    for (const listener of this.publishListeners) listener(chatId);
    this.notifyChanged(chatId);
  }

  hasReaders(chatId: string): boolean {
    return this.listeners.has(chatId);
  }

  readChatIds(): string[] {
    return [...this.listeners.keys()];
  }

  /** Calls the listener after everything that this instance publishes. */
  onPublished(listener: (chatId: string) => void): void {
    this.publishListeners.push(listener);
  }

  /** See `ChatLogService.onChanged`. */
  onChanged(listener: (chatId: string) => void): void {
    this.changeListeners.push(listener);
  }

  private notifyChanged(chatId: string): void {
    for (const listener of this.changeListeners) listener(chatId);
  }
}
