import { fromSqlJson, type MessageAuthor, type MessageKind } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface PastMessage {
  author: MessageAuthor;
  kind: MessageKind;
  text: string;
  /** The agent's name; empty for everybody else. */
  speaker: string;
}

interface PastRow {
  author: MessageAuthor;
  kind: MessageKind;
  text: string;
  place: number;
  seq: number;
  speaker: string | null;
}

const HISTORY_LIMIT = 100;

/** What the prompt of a turn is made of, beside the bot's own texts. */
@Injectable()
export class TurnHistoryRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * The messages before a turn, oldest first, at most the last 100. Answers stand behind the message they answer, also when the
   * customer had written on meanwhile.
   */
  async findHistory(chatId: string, beforeTurnSeq: number): Promise<PastMessage[]> {
    const rows = await this.dataSource.query<PastRow[]>(
      `SELECT m.author, m.kind, m.text, COALESCE(t.seq, m.seq) AS place, m.seq, u.display_name AS speaker
       FROM messages m LEFT JOIN turns t ON t.id = m.turn_id LEFT JOIN users u ON u.id = m.agent_id
       WHERE m.chat_id = ? AND COALESCE(t.seq, m.seq) < ?
       ORDER BY m.seq DESC LIMIT ${HISTORY_LIMIT}`,
      [chatId, beforeTurnSeq],
    );
    return rows
      .toSorted((a, b) => a.place - b.place || a.seq - b.seq)
      .map(({ author, kind, text, speaker }) => ({
        author,
        kind,
        text: fromSqlJson<string>(text),
        speaker: speaker ?? '',
      }));
  }

  /** The system prompt that the user attached to the chat, if any. */
  async findUserSystemMessage(chatId: string): Promise<string | null> {
    const [row] = await this.dataSource.query<{ system_message: string }[]>(
      `SELECT s.system_message FROM chats c JOIN user_system_messages s ON s.id = c.user_system_message_id WHERE c.id = ?`,
      [chatId],
    );
    return row === undefined ? null : fromSqlJson<string>(row.system_message);
  }
}
