import type { Actor, ChatEventEnvelope } from '@app/contracts';
import { fromSqlJson, fromSqlTime, placeholders, type EventAudience } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** An event of the log with its audience. */
export interface LoggedEvent {
  event: ChatEventEnvelope;
  audience: EventAudience;
}

interface EventRow {
  seq: number;
  type: string;
  actor: string;
  epoch: number;
  audience: EventAudience;
  data: string;
  created_at: string | Date;
  message_id: string | null;
  text: string | null;
}

/** The end of a chat's log, for comparison with a reader's position. */
export interface ChatHead {
  chatId: string;
  lastSeq: number;
  runningTurnId: string | null;
}

/** Reads event logs. */
@Injectable()
export class ChatLogRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Events with a seq above `after`, in order, at most `limit`. The text of a deleted message is empty. */
  async findEvents(chatId: string, after: number, limit: number): Promise<LoggedEvent[]> {
    const rows = await this.dataSource.query<EventRow[]>(
      `SELECT e.seq, e.type, e.actor, e.epoch, e.audience, e.data, e.created_at, e.message_id, m.text
       FROM chat_events e LEFT JOIN messages m ON m.id = e.message_id
       WHERE e.chat_id = ? AND e.seq > ? ORDER BY e.seq LIMIT ?`,
      [chatId, after, limit],
    );
    return rows.map((row) => ({ event: eventOf(chatId, row), audience: row.audience }));
  }

  /** The turn that was running when event `seq` was the last one, if any. */
  async findOpenTurn(chatId: string, seq: number): Promise<{ turnId: string; messageId: string } | null> {
    const [row] = await this.dataSource.query<{ type: string; data: string }[]>(
      `SELECT type, data FROM chat_events
       WHERE chat_id = ? AND seq <= ? AND type IN ('turn.started', 'message.completed', 'turn.ended') ORDER BY seq DESC LIMIT 1`,
      [chatId, seq],
    );
    return row?.type === 'turn.started' ? fromSqlJson(row.data) : null;
  }

  async findHeads(chatIds: string[]): Promise<ChatHead[]> {
    if (chatIds.length === 0) return [];
    const rows = await this.dataSource.query<{ id: string; next_seq: number; running_turn_id: string | null }[]>(
      `SELECT id, next_seq, running_turn_id FROM chats WHERE id IN (${placeholders(chatIds.length)})`,
      chatIds,
    );
    return rows.map((row) => ({ chatId: row.id, lastSeq: row.next_seq - 1, runningTurnId: row.running_turn_id }));
  }
}

function eventOf(chatId: string, row: EventRow): ChatEventEnvelope {
  const data = fromSqlJson<Record<string, unknown>>(row.data);
  if (row.message_id !== null) data['text'] = row.text === null ? '' : fromSqlJson<string>(row.text);
  return {
    seq: row.seq,
    type: row.type,
    chatId,
    epoch: row.epoch,
    at: fromSqlTime(row.created_at).toISOString(),
    actor: fromSqlJson<Actor>(row.actor),
    data,
  } as unknown as ChatEventEnvelope;
}
