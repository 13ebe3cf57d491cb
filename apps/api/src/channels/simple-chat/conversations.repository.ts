import { fromSqlJson, fromSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const THREADS_PAGE = 200;
const ENTRIES_PAGE = 200;

interface LoggedThread {
  chatId: string;
  visitorId: string;
  /** Null for callers who gave none. */
  userId: string | null;
}

export interface LoggedEntry {
  user: string;
  bot: string;
  at: Date;
}

interface EntryRow {
  seq: number;
  user_text: string;
  bot_text: string;
  ended_at: string | Date;
}

/** The simple chat's conversations, read a page at a time however many there are. */
@Injectable()
export class ConversationsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** All threads: those of one visitor follow each other, the oldest first. */
  async *readThreads(): AsyncGenerator<LoggedThread> {
    let last = { visitorId: '', chatId: '' };
    for (;;) {
      const rows = await this.dataSource.query<{ chat_id: string; visitor_id: string; user_id: string | null }[]>(
        `SELECT chat_id, visitor_id, user_id FROM simple_chat_threads
         WHERE visitor_id > ? OR (visitor_id = ? AND chat_id > ?) ORDER BY visitor_id, chat_id LIMIT ${THREADS_PAGE}`,
        [last.visitorId, last.visitorId, last.chatId],
      );
      for (const row of rows) {
        last = { visitorId: row.visitor_id, chatId: row.chat_id };
        yield { ...last, userId: row.user_id };
      }
      if (rows.length < THREADS_PAGE) return;
    }
  }

  /** What was asked and answered in a thread, page by page; only turns that came to their end. */
  async *readEntries(chatId: string): AsyncGenerator<LoggedEntry[]> {
    let after = 0;
    for (;;) {
      const rows = await this.dataSource.query<EntryRow[]>(
        `SELECT t.seq, t.ended_at, i.text AS user_text, o.text AS bot_text
         FROM turns t JOIN messages i ON i.id = t.input_message_id JOIN messages o ON o.id = t.output_message_id
         WHERE t.chat_id = ? AND t.seq > ? AND t.status = 'completed' ORDER BY t.seq LIMIT ${ENTRIES_PAGE}`,
        [chatId, after],
      );
      if (rows.length > 0) yield rows.map(entryOf);
      if (rows.length < ENTRIES_PAGE) return;
      after = rows.at(-1)!.seq;
    }
  }
}

const entryOf = (row: EntryRow): LoggedEntry => ({
  user: fromSqlJson<string>(row.user_text),
  bot: fromSqlJson<string>(row.bot_text),
  at: fromSqlTime(row.ended_at),
});
