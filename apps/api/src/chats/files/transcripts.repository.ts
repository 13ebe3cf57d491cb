import { fromSqlJson, fromSqlTime, type MessageAuthor, type MessageStatus } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TranscriptMessage } from './transcript-formats.js';

const READ_SIZE = 500;

interface MessageRow {
  seq: number;
  author: MessageAuthor;
  status: MessageStatus;
  text: string;
  created_at: string | Date;
  agent_name: string | null;
  bot_name: string | null;
}

/** Reads the messages of a chat, in order, without notes and whispers. */
@Injectable()
export class TranscriptsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async *readMessages(chatId: string): AsyncGenerator<TranscriptMessage> {
    let after = 0;
    for (;;) {
      const rows = await this.dataSource.query<MessageRow[]>(
        `SELECT m.seq, m.author, m.status, m.text, m.created_at, u.display_name AS agent_name, b.display_name AS bot_name
         FROM messages m LEFT JOIN users u ON u.id = m.agent_id
         LEFT JOIN turns t ON t.id = m.turn_id LEFT JOIN bots b ON b.id = t.bot_id
         WHERE m.chat_id = ? AND m.seq > ? AND m.kind = 'message' ORDER BY m.seq LIMIT ${READ_SIZE}`,
        [chatId, after],
      );
      for (const row of rows) yield messageOf(row);
      if (rows.length < READ_SIZE) return;
      after = rows.at(-1)!.seq;
    }
  }
}

const messageOf = (row: MessageRow): TranscriptMessage => ({
  seq: row.seq,
  createdUtc: fromSqlTime(row.created_at).toISOString(),
  author: row.author,
  name: (row.author === 'agent' ? row.agent_name : row.author === 'bot' ? row.bot_name : null) ?? '',
  status: row.status,
  text: fromSqlJson<string>(row.text),
});
