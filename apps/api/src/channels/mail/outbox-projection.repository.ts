import { ChatDelivery, isDuplicate, placeholders, toSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { insertOutbox, type NewOutboxMessage } from './outbox.repository.js';

/** A chat whose log goes on behind what was put into the outbox. */
export interface ChatBehind {
  chatId: string;
  /** Where its customer is reached. */
  lane: string;
  deliveredSeq: number;
}

/** How far the logs of a channel's chats have become messages that we owe. */
@Injectable()
export class OutboxProjectionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Of the given chats those of the channel. */
  async findOwn(channel: string, chatIds: string[]): Promise<Set<string>> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM chats WHERE channel = ? AND id IN (${placeholders(chatIds.length)})`,
      [channel, ...chatIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Null when nothing is left to do. */
  async findBehind(chatId: string): Promise<ChatBehind | null> {
    const [row] = await this.dataSource.query<BehindRow[]>(`${SELECT_BEHIND} AND c.id = ?`, [chatId]);
    return row === undefined ? null : behindOf(row);
  }

  /** Chats whose events this instance has missed; those written into after `since`, or all. */
  async findAllBehind(channel: string, since: Date | null, limit: number): Promise<string[]> {
    const among =
      since === null
        ? 'c.channel = ?'
        : // Visitors' chats belong to no user, and have an index by time there. COALESCE keeps engines from the channel's index.
          `COALESCE(c.channel, '') = ? AND c.user_id IS NULL AND c.is_admin_chat IN (0, 1) AND c.last_accessed_at >= ?`;
    const values = since === null ? [channel] : [channel, toSqlTime(since)];
    const rows = await this.dataSource.query<BehindRow[]>(`${SELECT_BEHIND} AND ${among} LIMIT ?`, [...values, limit]);
    return rows.map(({ id }) => id);
  }

  /** Adds the messages and moves on behind `seq`; false when another instance was first, and nothing was written. */
  async advance(behind: ChatBehind, seq: number, messages: NewOutboxMessage[]): Promise<boolean> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        const { chatId, deliveredSeq } = behind;
        const { affected } = await manager.update(ChatDelivery, { chatId, deliveredSeq }, { deliveredSeq: seq });
        if (affected !== 1) {
          // There is no row before the first event; of two who insert it the second fails, and so does what it owes.
          if (deliveredSeq > 0) return false;
          await manager.insert(ChatDelivery, { chatId, deliveredSeq: seq });
        }
        await insertOutbox(manager, messages);
        return true;
      });
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }
}

interface BehindRow {
  id: string;
  visitor_id: string;
  delivered_seq: number;
}

const SELECT_BEHIND = `SELECT c.id, c.visitor_id, COALESCE(d.delivered_seq, 0) AS delivered_seq
  FROM chats c LEFT JOIN chat_deliveries d ON d.chat_id = c.id
  WHERE c.visitor_id IS NOT NULL AND c.next_seq > COALESCE(d.delivered_seq, 0) + 1`;

const behindOf = (row: BehindRow): ChatBehind => ({
  chatId: row.id,
  lane: row.visitor_id,
  deliveredSeq: row.delivered_seq,
});
