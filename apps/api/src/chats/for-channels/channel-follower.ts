import { databaseTime } from '@app/common';
import type { ChatEventEnvelope } from '@app/contracts';
import type { ChatLogService } from '../../baton/index.js';
import type { ChannelChat, ChannelChatsRepository } from './channel-chats.repository.js';
import type { ChatChannel } from '../chat/chats.repository.js';

/** Is notified in order, once of every change of a chat. */
export interface ChannelReader {
  /** The chat in its current state, with the events since the last notification; `isNew` when it was just created. */
  changed(chat: ChannelChat, events: ChatEventEnvelope[], isNew: boolean): void;
  /** The chat in its last known state. */
  deleted(chat: ChannelChat): void;
}

/** Of older chats the last known event is forgotten: readers then get the newest event only. */
const REMEMBERED = 10_000;
const CHATS_PER_READ = 200;
/** Allowed difference between the clocks of two instances, and between the start and the commit of a transaction. */
const TOLERANCE_MS = 30_000;

/** Follows all chats of a channel for this instance's readers: chats that may have changed are read from the database. */
export class ChannelFollower {
  readonly readers = new Set<ChannelReader>();
  private readonly known = new Map<string, ChannelChat>();
  private readonly stale = new Set<string>();
  private readonly startedAt = databaseTime().getTime();
  private isRefreshing = false;
  private refreshing: Promise<void> = Promise.resolve();

  constructor(
    private readonly channel: ChatChannel,
    private readonly chats: ChannelChatsRepository,
    private readonly log: ChatLogService,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** When this returns, no later change is missed. */
  async start(): Promise<void> {
    this.isRefreshing = true;
    for (const chat of await this.chats.findNewest(this.channel, REMEMBERED)) this.known.set(chat.id, chat);
    this.isRefreshing = false;
    this.refreshStale();
  }

  /** The chat, which may belong to another channel, may have changed. */
  refresh(chatId: string): void {
    this.stale.add(chatId);
    this.refreshStale();
  }

  /** Finds chats that other instances have written into. */
  async findChanged(): Promise<void> {
    const heads = await this.chats.findHeadsSince(this.channel, new Date(databaseTime().getTime() - TOLERANCE_MS));
    for (const [chatId, lastSeq] of heads) if (this.known.get(chatId)?.lastSeq !== lastSeq) this.refresh(chatId);
  }

  async findDeleted(): Promise<void> {
    const existing = await this.chats.findNewestIds(this.channel, REMEMBERED);
    for (const chatId of this.known.keys()) if (!existing.has(chatId)) this.refresh(chatId);
  }

  settled(): Promise<void> {
    return this.refreshing;
  }

  private refreshStale(): void {
    if (this.isRefreshing) return;
    this.isRefreshing = true;
    this.refreshing = this.refreshAll();
  }

  private async refreshAll(): Promise<void> {
    // Changes within one iteration of the event loop are read together.
    await new Promise((resolve) => setImmediate(resolve));
    let ids: string[] = [];
    try {
      while (this.stale.size > 0) {
        ids = [...this.stale].slice(0, CHATS_PER_READ);
        for (const id of ids) this.stale.delete(id);
        await this.compare(ids);
      }
    } catch (error) {
      // They are read again with the next ones.
      for (const id of ids) this.stale.add(id);
      this.onFailure(error);
    } finally {
      this.isRefreshing = false;
    }
  }

  private async compare(ids: string[]): Promise<void> {
    const chats = await this.chats.findChats(this.channel, ids);
    const existing = new Set(chats.map(({ id }) => id));
    for (const id of ids) if (!existing.has(id)) this.notifyDeleted(id);
    await Promise.all(chats.map((chat) => this.notify(chat)));
  }

  private notifyDeleted(id: string): void {
    const chat = this.known.get(id);
    if (chat === undefined) return;
    this.known.delete(id);
    for (const reader of this.readers) reader.deleted(chat);
  }

  private async notify(chat: ChannelChat): Promise<void> {
    const before = this.known.get(chat.id);
    if (before?.lastSeq === chat.lastSeq) return;
    const isNew = before === undefined && chat.createdAt.getTime() > this.startedAt - TOLERANCE_MS;
    const after = before?.lastSeq ?? (isNew ? 0 : chat.lastSeq - 1);
    const events = await this.log.readPublicEvents(chat.id, after, chat.lastSeq);
    this.remember(chat);
    if (events.length > 0 || isNew) for (const reader of this.readers) reader.changed(chat, events, isNew);
  }

  private remember(chat: ChannelChat): void {
    this.known.set(chat.id, chat);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= REMEMBERED) break;
      this.known.delete(oldest);
    }
  }
}
