import type { ChatEventEnvelope } from '@app/contracts';
import type { EventAudience } from '@app/database';
import { Injectable } from '@nestjs/common';
import { viewOf } from './chat-event-view.js';
import { ChatLogHub } from './chat-log.hub.js';
import { ChatLogRepository, type LoggedEvent } from './chat-log.repository.js';

/** A page of the log as a reader sees it. Events that the reader does not see still count. */
export interface LogPage {
  events: ChatEventEnvelope[];
  /** The seq of the page's last event, seen or not. */
  lastSeq: number;
  hasMore: boolean;
}

const READ_SIZE = 200;

/** The event logs as the rest of the server uses them: it reads them, and is notified of changes. */
@Injectable()
export class ChatLogService {
  constructor(
    private readonly hub: ChatLogHub,
    private readonly log: ChatLogRepository,
  ) {}

  /** Must follow the creation of a chat. */
  notifyCreated(chatId: string): void {
    this.hub.notifyCreated(chatId);
  }

  /** Must follow the deletion of a chat: its readers end. */
  notifyDeleted(chatId: string): void {
    this.hub.notifyDeleted(chatId);
  }

  /**
   * Calls the listener when a chat's log may have new events, and when a chat was created or deleted, on this instance or (with Redis) on
   * another. The listener must return at once and must not throw.
   */
  onChanged(listener: (chatId: string) => void): void {
    this.hub.onChanged(listener);
  }

  /** Events with a seq above `after`, in order, including those for agents. */
  readEvents(chatId: string, after: number, limit: number): Promise<LoggedEvent[]> {
    return this.log.findEvents(chatId, after, limit);
  }

  /** The next `limit` events as the reader sees them. */
  async readPage(chatId: string, after: number, limit: number, reader: EventAudience): Promise<LogPage> {
    const logged = await this.log.findEvents(chatId, after, limit + 1);
    const page = logged.slice(0, limit);
    const events = page.map((event) => viewOf(event, reader)).filter((event) => event !== null);
    return { events, lastSeq: page.at(-1)?.event.seq ?? after, hasMore: logged.length > limit };
  }

  /** The events for everyone with a seq above `after` and up to `last`, unredacted. */
  async readPublicEvents(chatId: string, after: number, last: number): Promise<ChatEventEnvelope[]> {
    const found: ChatEventEnvelope[] = [];
    for (let seq = after; seq < last;) {
      const events = await this.log.findEvents(chatId, seq, Math.min(last - seq, READ_SIZE));
      found.push(...events.filter(({ audience }) => audience === 'everyone').map(({ event }) => event));
      // The chat was deleted meanwhile.
      if (events.length === 0) break;
      seq = events.at(-1)!.event.seq;
    }
    return found;
  }
}
