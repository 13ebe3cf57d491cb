import { fromSqlJson } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The first question of a chat and its answer. */
export interface FirstExchange {
  question: string;
  answer: string;
  userKey: string;
  channel: string;
}

@Injectable()
export class ChatTitlesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Null when the chat was named by hand, or other turns were completed in it. */
  async findFirstExchange(chatId: string, turnId: string): Promise<FirstExchange | null> {
    const [row] = await this.dataSource.query<
      { question: string; answer: string; user_key: string; channel: string; completed: number | string }[]
    >(
      `SELECT i.text AS question, o.text AS answer, t.user_key, c.channel,
         (SELECT COUNT(*) FROM turns x WHERE x.chat_id = t.chat_id AND x.status = 'completed') AS completed
       FROM turns t JOIN chats c ON c.id = t.chat_id
       JOIN messages i ON i.id = t.input_message_id JOIN messages o ON o.id = t.output_message_id
       WHERE t.id = ? AND t.chat_id = ? AND c.is_named = 0`,
      [turnId, chatId],
    );
    if (row === undefined || Number(row.completed) !== 1) return null;
    return {
      question: fromSqlJson<string>(row.question),
      answer: fromSqlJson<string>(row.answer),
      userKey: row.user_key,
      channel: row.channel,
    };
  }
}
