import type { ChatEventEnvelope } from '@app/contracts';
import type { ChatLogService } from '../../baton/index.js';
import type { ChannelChat, ChannelChatsRepository } from './channel-chats.repository.js';
import type { ChatChannel } from '../chat/chats.repository.js';

/** Told in order, once for everything that happens in a chat. */
export interface ChannelReader {
  /** The chat as it is now, with what has come into its log since the last time; `isNew` when it has just begun. */
  changed(chat: ChannelChat, events: ChatEventEnvelope[], isNew: boolean): void;
  /** The chat as it was. */
  deleted(chat: ChannelChat): void;
}

/** Older chats are followed too, but what came of them before is forgotten: of those only the newest event is told. */
const REMEMBERED = 10_000;
const LOOKED_AT_ONCE = 200;
/** How far the clocks of two instances, and a transaction's beginning and end, may lie apart. */
const TOLERANCE_MS = 30_000;

/** Follows all chats of a channel for this instance's readers: whatever may have changed is read from the database. */
export class ChannelFollower {
  readonly readers = new Set<ChannelReader>();
  private readonly known = new Map<string, ChannelChat>();
  private readonly toLookAt = new Set<string>();
  private readonly startedAt = Date.now();
  private isLooking = false;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly channel: ChatChannel,
    private readonly chats: ChannelChatsRepository,
    private readonly log: ChatLogService,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** From here on nothing is missed. */
  async start(): Promise<void> {
    this.isLooking = true;
    for (const chat of await this.chats.findNewest(this.channel, REMEMBERED)) this.known.set(chat.id, chat);
    this.isLooking = false;
    this.look();
  }

  /** Something may have happened in the chat, which may be one of another channel. */
  noticed(chatId: string): void {
    this.toLookAt.add(chatId);
    this.look();
  }

  /** For what other instances write and nobody tells. */
  async lookForNews(): Promise<void> {
    const heads = await this.chats.findHeadsSince(this.channel, new Date(Date.now() - TOLERANCE_MS));
    for (const [chatId, lastSeq] of heads) if (this.known.get(chatId)?.lastSeq !== lastSeq) this.noticed(chatId);
  }

  async lookForDeleted(): Promise<void> {
    const there = await this.chats.findNewestIds(this.channel, REMEMBERED);
    for (const chatId of this.known.keys()) if (!there.has(chatId)) this.noticed(chatId);
  }

  settled(): Promise<void> {
    return this.looking;
  }

  private look(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    this.looking = this.lookAtAll();
  }

  private async lookAtAll(): Promise<void> {
    // What is written within one turn of the event loop is read at once.
    await new Promise((resolve) => setImmediate(resolve));
    let ids: string[] = [];
    try {
      while (this.toLookAt.size > 0) {
        ids = [...this.toLookAt].slice(0, LOOKED_AT_ONCE);
        for (const id of ids) this.toLookAt.delete(id);
        await this.compare(ids);
      }
    } catch (error) {
      // They are looked at with the next ones.
      for (const id of ids) this.toLookAt.add(id);
      this.onFailure(error);
    } finally {
      this.isLooking = false;
    }
  }

  private async compare(ids: string[]): Promise<void> {
    const chats = await this.chats.findChats(this.channel, ids);
    const there = new Set(chats.map(({ id }) => id));
    for (const id of ids) if (!there.has(id)) this.forget(id);
    await Promise.all(chats.map((chat) => this.tell(chat)));
  }

  private forget(id: string): void {
    const chat = this.known.get(id);
    if (chat === undefined) return;
    this.known.delete(id);
    for (const reader of this.readers) reader.deleted(chat);
  }

  private async tell(chat: ChannelChat): Promise<void> {
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
