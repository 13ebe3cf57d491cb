import type { ErrorCode } from '@app/contracts';
import {
  dialectOf,
  fromSqlJson,
  fromSqlTime,
  GroupCommit,
  placeholders,
  type KeptThoughts,
  type MessageAuthor,
  type MessageKind,
} from '@app/database';
import type { ProviderAttachment } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface PastMessage {
  author: MessageAuthor;
  kind: MessageKind;
  text: string;
  /** The agent's name; empty for other authors. */
  speaker: string;
  /** The event number of the message, or of the one that it answers. */
  place: number;
  /** A bot answers the message, or it is a bot's answer. */
  hasTurn: boolean;
  /** What the model that gave the answer needs to see again. */
  kept: KeptThoughts | null;
  createdAt: Date;
  /** What the customer sent with it. */
  attachments?: ProviderAttachment[];
}

interface PastRow {
  asked: number;
  author: MessageAuthor;
  kind: MessageKind;
  text: string;
  place: number;
  seq: number;
  speaker: string | null;
  has_turn: number;
  kept: string | null;
  created_at: string | Date;
}

/** More messages are never sent; one more is read, to see that there are more. */
export const HISTORY_LIMIT = 100;

/** A question that the service filtered would be filtered with every later question as well. */
const IS_READABLE = `(t.error IS NULL OR t.error NOT LIKE '%"${'PROVIDER_CONTENT_FILTERED' satisfies ErrorCode}"%')`;

/** Where the history began that the model last received. */
const LAST_START = `SELECT s.context_from FROM turns s WHERE s.chat_id = ? AND s.seq < ? AND s.context_from IS NOT NULL
  ORDER BY s.seq DESC LIMIT 1`;

interface Place {
  chatId: string;
  beforeTurnSeq: number;
}

/** Reads what a prompt needs of the chat. Turns that start together share the queries. */
@Injectable()
export class TurnHistoryRepository {
  private readonly histories = new GroupCommit((places: Place[]) => this.readHistories(places));
  private readonly systemMessages = new GroupCommit((chatIds: string[]) => this.readUserSystemMessages(chatIds));

  constructor(private readonly dataSource: DataSource) {}

  /**
   * The messages before a turn from where the history was last shortened, without notes and without questions that the model service
   * filtered, oldest first, at most the last 101. Answers follow the message they answer, even if the customer wrote more messages in between.
   */
  findHistory(chatId: string, beforeTurnSeq: number): Promise<PastMessage[]> {
    return this.histories.submit({ chatId, beforeTurnSeq });
  }

  /** The system prompt that the user attached to the chat, if any. */
  findUserSystemMessage(chatId: string): Promise<string | null> {
    return this.systemMessages.submit(chatId);
  }

  private async readHistories(places: Place[]): Promise<PastMessage[][]> {
    // The limit applies to each chat, hence one subquery per chat.
    const histories = places.map(
      (_, index) =>
        `SELECT ${index} AS asked, m.author, m.kind, m.text, COALESCE(t.seq, m.seq) AS place, m.seq, u.display_name AS speaker,
           t.id IS NOT NULL AS has_turn, CASE WHEN m.author = 'bot' THEN t.kept END AS kept,
           m.created_at
         FROM messages m LEFT JOIN turns t ON t.id = m.turn_id LEFT JOIN users u ON u.id = m.agent_id
         WHERE m.chat_id = ? AND m.kind <> 'note' AND COALESCE(t.seq, m.seq) < ? AND ${IS_READABLE}
           AND COALESCE(t.seq, m.seq) >= COALESCE((${LAST_START}), 0)
         ORDER BY m.seq DESC LIMIT ${HISTORY_LIMIT + 1}`,
    );
    // SQLite accepts no parentheses around the parts of a union; MariaDB writes derived tables with texts to a file.
    const { isSqlite } = dialectOf(this.dataSource);
    const parts = histories.map((history) => (isSqlite ? `SELECT * FROM (${history})` : `(${history})`));
    const rows = await this.dataSource.query<PastRow[]>(
      parts.join(' UNION ALL '),
      places.flatMap(({ chatId, beforeTurnSeq }) => [chatId, beforeTurnSeq, chatId, beforeTurnSeq]),
    );
    const asked = places.map((): PastRow[] => []);
    for (const row of rows) asked[row.asked]!.push(row);
    return asked.map(pastMessages);
  }

  private async readUserSystemMessages(chatIds: string[]): Promise<(string | null)[]> {
    const rows = await this.dataSource.query<{ id: string; system_message: string }[]>(
      `SELECT c.id, s.system_message FROM chats c JOIN user_system_messages s ON s.id = c.user_system_message_id
       WHERE c.id IN (${placeholders(chatIds.length)})`,
      chatIds,
    );
    const byChat = new Map(rows.map((row) => [row.id, fromSqlJson<string>(row.system_message)]));
    return chatIds.map((chatId) => byChat.get(chatId) ?? null);
  }
}

const pastMessages = (rows: PastRow[]): PastMessage[] =>
  rows
    .toSorted((a, b) => a.place - b.place || a.seq - b.seq)
    .map(({ author, kind, text, speaker, place, has_turn: hasTurn, kept, created_at: createdAt }) => ({
      author,
      kind,
      text: fromSqlJson<string>(text),
      speaker: speaker ?? '',
      place,
      hasTurn: Boolean(hasTurn),
      kept: kept === null ? null : fromSqlJson<KeptThoughts>(kept),
      createdAt: fromSqlTime(createdAt),
    }));
