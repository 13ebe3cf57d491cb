import type { ChatEventEnvelope } from '@app/contracts';
import type { EventAudience } from '@app/database';
import { Injectable } from '@nestjs/common';
import { viewOf } from './chat-event-view.js';
import { ChatLogHub } from './chat-log.hub.js';
import { ChatLogRepository, type LoggedEvent } from './chat-log.repository.js';

/** What a reader sees of a part of the log. Numbers that it does not see keep their places. */
export interface LogPage {
  events: ChatEventEnvelope[];
  /** The number of the last event looked at, seen or not. */
  lastSeq: number;
  hasMore: boolean;
}

const READ_SIZE = 200;

/** The logs of chats as the rest of the server uses them: what is in them, and in which of them something has happened. */
@Injectable()
export class ChatLogService {
  constructor(
    private readonly hub: ChatLogHub,
    private readonly log: ChatLogRepository,
  ) {}

  /** The chat has begun; nothing is in its log yet. */
  begin(chatId: string): void {
    this.hub.begin(chatId);
  }

  /** The chat was deleted: nobody waits for more of it. */
  end(chatId: string): void {
    this.hub.end(chatId);
  }

  /**
   * Calls back whenever events may have come into a chat's log, or the chat began or was deleted, here or (with Redis) elsewhere. Must
   * return at once and not throw.
   */
  afterNews(tell: (chatId: string) => void): void {
    this.hub.afterNews(tell);
  }

  /** Events with numbers above `after`, in order, also those for agents only. */
  readEvents(chatId: string, after: number, limit: number): Promise<LoggedEvent[]> {
    return this.log.findEvents(chatId, after, limit);
  }

  /** What the reader sees of the next `limit` events. */
  async readPage(chatId: string, after: number, limit: number, reader: EventAudience): Promise<LogPage> {
    const logged = await this.log.findEvents(chatId, after, limit + 1);
    const page = logged.slice(0, limit);
    const events = page.map((event) => viewOf(event, reader)).filter((event) => event !== null);
    return { events, lastSeq: page.at(-1)?.event.seq ?? after, hasMore: logged.length > limit };
  }

  /** What is for everybody, whole, with numbers above `after` and up to `last`. */
  async readPublicEvents(chatId: string, after: number, last: number): Promise<ChatEventEnvelope[]> {
    const found: ChatEventEnvelope[] = [];
    for (let seq = after; seq < last;) {
      const events = await this.log.findEvents(chatId, seq, Math.min(last - seq, READ_SIZE));
      found.push(...events.filter(({ audience }) => audience === 'everyone').map(({ event }) => event));
      // Deleted meanwhile.
      if (events.length === 0) break;
      seq = events.at(-1)!.event.seq;
    }
    return found;
  }
}
