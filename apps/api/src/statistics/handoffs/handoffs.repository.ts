import type { OwnershipTransition } from '@app/contracts';
import { fromSqlTime, placeholders, toSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { KnownChat, Passage } from './handoff-figures.js';

const CHATS_A_QUERY = 500;
const ACTION = 'ownership.';
const TARGET = 'chat:';

/** Reads the changes of owner where they are in order of time, which is the audit log. */
@Injectable()
export class HandoffsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async findPassages(from: Date, until: Date, limit: number): Promise<Passage[]> {
    const rows = await this.dataSource.query<{ target: string; action: string; created_at: string | Date }[]>(
      `SELECT target, action, created_at FROM audit_log WHERE created_at >= ? AND created_at < ? AND action LIKE '${ACTION}%'
       ORDER BY created_at, id LIMIT ?`,
      [toSqlTime(from), toSqlTime(until), limit],
    );
    return rows.map((row) => ({
      chatId: row.target.slice(TARGET.length),
      transition: row.action.slice(ACTION.length) as OwnershipTransition,
      at: fromSqlTime(row.created_at),
    }));
  }

  /** Of the chats that there still are. */
  async findChats(ids: string[], from: Date): Promise<Map<string, KnownChat>> {
    const chats = new Map<string, KnownChat>();
    for (let start = 0; start < ids.length; start += CHATS_A_QUERY) {
      const some = ids.slice(start, start + CHATS_A_QUERY);
      const marks = placeholders(some.length);
      const found = await this.dataSource.query<{ id: string; bot_id: string }[]>(
        `SELECT id, bot_id FROM chats WHERE id IN (${marks})`,
        some,
      );
      for (const { id, bot_id } of found) chats.set(id, { botId: bot_id, agentMessages: [] });
      const messages = await this.dataSource.query<{ chat_id: string; created_at: string | Date }[]>(
        `SELECT chat_id, created_at FROM messages WHERE chat_id IN (${marks}) AND author = 'agent' AND kind = 'message'
         AND created_at >= ? ORDER BY chat_id, seq`,
        [...some, toSqlTime(from)],
      );
      for (const { chat_id, created_at } of messages) chats.get(chat_id)?.agentMessages.push(fromSqlTime(created_at));
    }
    return chats;
  }
}
