import type { OwnershipReason } from '@app/contracts';
import { fromSqlJson, fromSqlTime, placeholders, toSqlTime, type ChatOwner } from '@app/database';
import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { ChatChannel } from '../chat/chats.repository.js';

/** A chat as the channel that created it sees it. */
export interface ChannelChat {
  id: string;
  botId: string;
  owner: ChatOwner;
  epoch: number;
  /** Why the chat was closed; null for an open one. */
  endReason: OwnershipReason | null;
  /** The seq of the last event; 0 before the first. */
  lastSeq: number;
  createdAt: Date;
}

interface ChannelChatRow {
  id: string;
  bot_id: string;
  owner: ChatOwner;
  epoch: number;
  next_seq: number;
  created_at: string | Date;
  ending: string | null;
}

const STEP = 1000;
const SELECT = `SELECT c.id, c.bot_id, c.owner, c.epoch, c.next_seq, c.created_at, CASE WHEN c.owner = 'closed' THEN
  (SELECT e.data FROM chat_events e WHERE e.chat_id = c.id AND e.type = 'ownership.changed' ORDER BY e.seq DESC LIMIT 1)
  END AS ending FROM chats c`;

/** The chats of a channel, in the order of their creation. None of them belongs to an account. */
@Injectable()
export class ChannelChatsRepository {
  constructor(private readonly dataSource: DataSource) {}

  findChats(channel: ChatChannel, ids: string[]): Promise<ChannelChat[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.query(`WHERE c.channel = ? AND c.id IN (${placeholders(ids.length)})`, [channel, ...ids]);
  }

  /** The newest chats, the oldest of them first. */
  async findNewest(channel: ChatChannel, limit: number): Promise<ChannelChat[]> {
    return (await this.walk(channel, 'DESC', null, limit)).toReversed();
  }

  /** The chats that were created after the given one. */
  findAfter(channel: ChatChannel, chat: ChannelChat, limit: number): Promise<ChannelChat[]> {
    return this.walk(channel, 'ASC', chat, limit);
  }

  /** The last seq of every chat that was written into since. The condition on accounts is for the index. */
  async findHeadsSince(channel: ChatChannel, since: Date): Promise<Map<string, number>> {
    const rows = await this.dataSource.query<{ id: string; next_seq: number }[]>(
      `SELECT id, next_seq FROM chats
       WHERE user_id IS NULL AND is_admin_chat = 0 AND last_accessed_at >= ? AND channel = ?`,
      [toSqlTime(since), channel],
    );
    return new Map(rows.map((row) => [row.id, row.next_seq - 1]));
  }

  /** The ids of the newest chats. */
  async findNewestIds(channel: ChatChannel, limit: number): Promise<Set<string>> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      'SELECT id FROM chats WHERE channel = ? ORDER BY created_at DESC, id DESC LIMIT ?',
      [channel, limit],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** In steps, because an embedded database blocks all other queries meanwhile. */
  private async walk(
    channel: ChatChannel,
    direction: 'ASC' | 'DESC',
    start: ChannelChat | null,
    limit: number,
  ): Promise<ChannelChat[]> {
    const beyond = direction === 'ASC' ? '>' : '<';
    const found: ChannelChat[] = [];
    for (let last = start; ; last = found.at(-1)!) {
      const at = last === null ? [] : [toSqlTime(last.createdAt), toSqlTime(last.createdAt), last.id];
      const from = `c.channel = ?${last === null ? '' : ` AND c.created_at ${beyond}= ? AND (c.created_at ${beyond} ? OR c.id ${beyond} ?)`}`;
      const step = Math.min(STEP, limit - found.length);
      const order = `ORDER BY c.created_at ${direction}, c.id ${direction} LIMIT ?`;
      const chats = await this.query(`WHERE ${from} ${order}`, [channel, ...at, step]);
      found.push(...chats);
      if (chats.length < step || found.length === limit) return found;
      await nextTurn();
    }
  }

  private async query(rest: string, parameters: unknown[]): Promise<ChannelChat[]> {
    return (await this.dataSource.query<ChannelChatRow[]>(`${SELECT} ${rest}`, parameters)).map(channelChatOf);
  }
}

const channelChatOf = (row: ChannelChatRow): ChannelChat => ({
  id: row.id,
  botId: row.bot_id,
  owner: row.owner,
  epoch: row.epoch,
  endReason: row.ending === null ? null : fromSqlJson<{ reason: OwnershipReason }>(row.ending).reason,
  lastSeq: row.next_seq - 1,
  createdAt: fromSqlTime(row.created_at),
});
