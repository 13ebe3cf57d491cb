import { fromSqlJson, fromSqlTime, type MessageAuthor } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface StoredMessage {
  id: string;
  author: MessageAuthor;
  text: string;
  turnId: string | null;
  /** The bot that spoke; null for people. */
  botId: string | null;
  createdAt: Date;
}

interface MessageRow {
  id: string;
  author: MessageAuthor;
  text: string;
  turn_id: string | null;
  bot_id: string | null;
  created_at: string | Date;
}

/** What was said in a thread, as customers see it. */
@Injectable()
export class ThreadMessagesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The newest first. Answers that are still being given, or came to nothing, are not there. */
  async findMessages(chatId: string, limit: number): Promise<StoredMessage[]> {
    const rows = await this.dataSource.query<MessageRow[]>(
      `SELECT m.id, m.author, m.text, m.turn_id, t.bot_id, m.created_at
       FROM messages m LEFT JOIN turns t ON t.id = m.turn_id
       WHERE m.chat_id = ? AND m.kind = 'message' AND m.status <> 'streaming' ORDER BY m.seq DESC LIMIT ?`,
      [chatId, limit],
    );
    return rows
      .map((row) => ({
        id: row.id,
        author: row.author,
        text: fromSqlJson<string>(row.text),
        turnId: row.turn_id,
        botId: row.bot_id,
        createdAt: fromSqlTime(row.created_at),
      }))
      .filter(({ text }) => text !== '');
  }
}
