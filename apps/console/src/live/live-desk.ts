import type { ChatEventEnvelope, Problem, TransientEvent } from '@baton/client';
import { connectTakeover, type TakeoverClient } from '@baton/client/takeover';
import type { QueryClient } from '@tanstack/react-query';
import { EMPTY, runningLength, withNews, type Conversation, type News } from '../chat/conversation.js';
import { SERVER } from '../server/baton.js';
import { sessionQuery } from '../server/session.js';
import { Store } from './store.js';
import { TypingNotes } from './typing-notes.js';

/** Whether news arrive, and since when they do not. */
export type LineState =
  | { kind: 'connecting' }
  | { kind: 'online'; restoredAt: number | null }
  | { kind: 'lost'; since: number }
  | { kind: 'ended'; problem: Problem };

export type DeskNews =
  { type: 'customer-wrote'; chatId: string; name: string; text: string } | { type: 'queue-changed' };

export const conversationKey = (chatId: string) => ['conversation', chatId] as const;

const FLUSH_MS = 24;

/** The one socket of the desk. What arrives is written into the query cache, a few times a second at most. */
export class LiveDesk {
  readonly line = new Store<LineState>({ kind: 'connecting' });
  readonly typing = new TypingNotes();
  readonly client: TakeoverClient;
  private readonly watchers = new Map<string, number>();
  private readonly pending = new Map<string, News[]>();
  private readonly listeners = new Set<(news: DeskNews) => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly queries: QueryClient) {
    this.client = connectTakeover({ url: SERVER });
    this.client.on('connected', () => this.onConnected());
    this.client.on('disconnected', (problem) => this.onDisconnected(problem));
    this.client.on('event', (event) => this.onEvent(event));
    this.client.on('transient', (event) => this.onTransient(event));
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.client.close();
  }

  onNews(listener: (news: DeskNews) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Follows a chat until the returned function is called; from where it was left, if it was followed before. */
  follow(chatId: string): () => void {
    const watchers = this.watchers.get(chatId) ?? 0;
    this.watchers.set(chatId, watchers + 1);
    if (watchers === 0) void this.watch(chatId);
    return () => {
      const left = (this.watchers.get(chatId) ?? 1) - 1;
      if (left > 0) return void this.watchers.set(chatId, left);
      this.watchers.delete(chatId);
      // A moment later: it may be looked at again at once.
      setTimeout(() => this.watchers.has(chatId) || void this.client.unwatch(chatId).catch(ignore), 1000);
    };
  }

  conversationOf(chatId: string): Conversation {
    return this.queries.getQueryData<Conversation>(conversationKey(chatId)) ?? EMPTY;
  }

  private async watch(chatId: string): Promise<void> {
    this.queries.setQueryDefaults(conversationKey(chatId), { gcTime: 600_000, staleTime: Infinity });
    const known = this.conversationOf(chatId);
    try {
      await this.client.watch(chatId, { after: known.lastSeq, offset: runningLength(known) });
      this.flush();
      this.update(chatId, (conversation) => ({ ...conversation, isComplete: true }));
    } catch {
      // That the chat is gone or not for us is said by its own query.
    }
  }

  private update(chatId: string, change: (conversation: Conversation) => Conversation): void {
    this.queries.setQueryData<Conversation>(conversationKey(chatId), (before = EMPTY) => change(before));
  }

  private onConnected(): void {
    const wasLost = this.line.value.kind === 'lost';
    this.line.set({ kind: 'online', restoredAt: wasLost ? Date.now() : null });
    if (!wasLost) return;
    for (const key of ['list', 'counts', 'chat', 'agents']) void this.queries.invalidateQueries({ queryKey: [key] });
  }

  private onDisconnected(problem: Problem | null): void {
    this.typing.clear();
    if (problem !== null) {
      this.line.set({ kind: 'ended', problem });
      // The session may have been ended elsewhere: then the page asks to sign in again.
      void this.queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    } else if (this.line.value.kind === 'online') this.line.set({ kind: 'lost', since: Date.now() });
  }

  private onEvent(event: ChatEventEnvelope): void {
    this.take(event.chatId, { event });
    const conversation = this.conversationOf(event.chatId);
    if (event.type === 'message.created') this.typing.stop(event.chatId, event.actor.kind);
    if (event.type === 'ownership.changed') this.onOwnershipChanged(event.chatId);
    // What is replayed is not news.
    if (!conversation.isComplete || event.type !== 'message.created' || event.data.author !== 'customer') return;
    this.tell({ type: 'customer-wrote', chatId: event.chatId, name: event.actor.name, text: event.data.text });
  }

  private onOwnershipChanged(chatId: string): void {
    this.typing.stop(chatId);
    if (!this.conversationOf(chatId).isComplete) return;
    void this.queries.invalidateQueries({ queryKey: ['chat', chatId] });
    this.refreshLists();
  }

  private onTransient(event: TransientEvent): void {
    if (event.type === 'message.delta') this.take(event.chatId ?? '', { delta: event.data });
    else if (event.type === 'typing') this.typing.take(event.chatId ?? '', event.data);
    else if (event.type === 'queue.changed') this.refreshLists();
    else if (event.type === 'presence.changed') void this.queries.invalidateQueries({ queryKey: ['agents'] });
  }

  private refreshLists(): void {
    void this.queries.invalidateQueries({ queryKey: ['list'] });
    void this.queries.invalidateQueries({ queryKey: ['counts'] });
    this.tell({ type: 'queue-changed' });
  }

  private take(chatId: string, news: News): void {
    const waiting = this.pending.get(chatId);
    if (waiting === undefined) this.pending.set(chatId, [news]);
    else waiting.push(news);
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const pending = [...this.pending];
    this.pending.clear();
    for (const [chatId, news] of pending) this.update(chatId, (conversation) => withNews(conversation, news));
  }

  private tell(news: DeskNews): void {
    for (const listener of this.listeners) listener(news);
  }
}

const ignore = (): void => undefined;
