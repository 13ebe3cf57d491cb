import type { ListOptions } from '@app/common';
import type { Actor } from '@app/contracts';
import {
  containsTextRaw,
  dialectOf,
  fromSqlJson,
  fromSqlTime,
  placeholders,
  type ChatOwner,
  type MessageAuthor,
} from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export const QUEUE_ORDER_FIELDS = ['waitingSince', 'lastAccessedUtc', 'displayName'] as const;
export type QueueOrder = (typeof QUEUE_ORDER_FIELDS)[number];

export interface QueueFilter {
  owner: 'requested' | 'human' | null;
  botId: string | null;
  agentId: number | null;
}

export interface QueuedChat {
  id: string;
  displayName: string;
  owner: ChatOwner;
  epoch: number;
  agentId: number | null;
  agentName: string | null;
  botId: string;
  botDisplayName: string;
  customerName: string | null;
  waitingMs: number | null;
  createdAt: Date;
  lastAccessedAt: Date;
}

export interface LastMessage {
  chatId: string;
  author: MessageAuthor;
  text: string;
  at: Date;
}

/** Grows or changes whenever the queue does. */
export interface QueueSummary {
  waiting: number;
  held: number;
  signature: string;
}

export interface WaitingChat {
  chatId: string;
  epoch: number;
}

interface QueueRow {
  id: string;
  display_name: string;
  owner: ChatOwner;
  epoch: number;
  agent_id: number | null;
  agent_name: string | null;
  bot_id: string;
  bot_name: string;
  customer_name: string | null;
  waiting_since: string | Date | null;
  created_at: string | Date;
  last_accessed_at: string | Date;
  db_now: string | Date;
}

const ORDER_COLUMN: Record<QueueOrder, string> = {
  waitingSince: `CASE c.owner WHEN 'requested' THEN 0 ELSE 1 END, c.waiting_since`,
  lastAccessedUtc: 'c.last_accessed_at',
  displayName: 'c.display_name',
};
const CHATS_A_QUERY = 500;

/** Chats that wait for a person or are held by one. */
@Injectable()
export class QueueRepository {
  constructor(private readonly dataSource: DataSource) {}

  async findChats(filter: QueueFilter, options: ListOptions<QueueOrder>): Promise<[QueuedChat[], number]> {
    const conditions = [filter.owner === null ? `c.owner IN ('requested', 'human')` : 'c.owner = ?'];
    const parameters: (string | number)[] = filter.owner === null ? [] : [filter.owner];
    if (filter.botId !== null) {
      conditions.push('c.bot_id = ?');
      parameters.push(filter.botId);
    }
    if (filter.agentId !== null) {
      conditions.push('c.agent_id = ?');
      parameters.push(filter.agentId);
    }
    if (options.search !== null) {
      const named = containsTextRaw('c.display_name', options.search);
      conditions.push(named.sql);
      parameters.push(...named.values);
    }
    const where = conditions.join(' AND ');
    const { field, direction } = options.orderBy;
    const [rows, [counted]] = await Promise.all([
      this.findRows(`WHERE ${where} ORDER BY ${ORDER_COLUMN[field]} ${direction}, c.id ${direction} LIMIT ? OFFSET ?`, [
        ...parameters,
        options.take,
        options.skip,
      ]),
      this.dataSource.query<{ total: number | string }[]>(
        `SELECT COUNT(*) AS total FROM chats c WHERE ${where}`,
        parameters,
      ),
    ]);
    return [rows, Number(counted?.total ?? 0)];
  }

  async findChat(chatId: string): Promise<QueuedChat | null> {
    const [row] = await this.findRows('WHERE c.id = ?', [chatId]);
    return row ?? null;
  }

  /** The newest message of each chat, as customers see it. */
  async findLastMessages(chatIds: string[]): Promise<LastMessage[]> {
    if (chatIds.length === 0) return [];
    const rows = await this.dataSource.query<
      { chat_id: string; author: MessageAuthor; text: string; created_at: string | Date }[]
    >(
      `SELECT m.chat_id, m.author, m.text, m.created_at FROM chats c JOIN messages m ON m.id =
         (SELECT n.id FROM messages n WHERE n.chat_id = c.id AND n.kind = 'message' AND n.status <> 'streaming'
          ORDER BY n.seq DESC LIMIT 1) WHERE c.id IN (${placeholders(chatIds.length)})`,
      chatIds,
    );
    return rows.map((row) => ({
      chatId: row.chat_id,
      author: row.author,
      text: fromSqlJson<string>(row.text),
      at: fromSqlTime(row.created_at),
    }));
  }

  /** The places in line, from 1, of those of the chats that wait. */
  async findPositions(chatIds: string[]): Promise<Map<string, number>> {
    const positions = new Map<string, number>();
    for (let from = 0; from < chatIds.length; from += CHATS_A_QUERY) {
      const some = chatIds.slice(from, from + CHATS_A_QUERY);
      const rows = await this.dataSource.query<{ id: string; place: number | string }[]>(
        `SELECT id, place FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY waiting_since, id) AS place FROM chats
           WHERE owner = 'requested') line WHERE id IN (${placeholders(some.length)})`,
        some,
      );
      for (const { id, place } of rows) positions.set(id, Number(place));
    }
    return positions;
  }

  async summarize(): Promise<QueueSummary> {
    const rows = await this.dataSource.query<{ owner: ChatOwner; chats: number; epochs: number; newest: unknown }[]>(
      `SELECT owner, COUNT(*) AS chats, SUM(epoch) AS epochs, MAX(waiting_since) AS newest
       FROM chats WHERE owner IN ('requested', 'human') GROUP BY owner ORDER BY owner`,
    );
    const count = (owner: ChatOwner): number => rows.find((row) => row.owner === owner)?.chats ?? 0;
    return { waiting: count('requested'), held: count('human'), signature: JSON.stringify(rows) };
  }

  /** The bots whose chats wait. */
  async findBotsOfWaitingChats(): Promise<string[]> {
    const rows = await this.dataSource.query<{ bot_id: string }[]>(
      `SELECT DISTINCT bot_id FROM chats WHERE owner = 'requested'`,
    );
    return rows.map((row) => row.bot_id);
  }

  /** The bot's chats that have waited for so long by the database's clock, the longest first. */
  async findWaiting(botId: string, milliseconds: number, limit: number): Promise<WaitingChat[]> {
    const rows = await this.dataSource.query<{ id: string; epoch: number }[]>(
      `SELECT id, epoch FROM chats WHERE owner = 'requested' AND bot_id = ?
       AND waiting_since <= ${dialectOf(this.dataSource).nowPlus(-milliseconds)} ORDER BY waiting_since, id LIMIT ?`,
      [botId, limit],
    );
    return rows.map((row) => ({ chatId: row.id, epoch: row.epoch }));
  }

  /** The number of the chat's newest event, and the turn that runs then. */
  async findHead(chatId: string): Promise<{ lastSeq: number; runningTurnId: string | null } | null> {
    const [row] = await this.dataSource.query<{ next_seq: number; running_turn_id: string | null }[]>(
      'SELECT next_seq, running_turn_id FROM chats WHERE id = ?',
      [chatId],
    );
    return row ? { lastSeq: row.next_seq - 1, runningTurnId: row.running_turn_id } : null;
  }

  private async findRows(rest: string, parameters: (string | number)[]): Promise<QueuedChat[]> {
    const rows = await this.dataSource.query<QueueRow[]>(
      `SELECT c.id, c.display_name, c.owner, c.epoch, c.agent_id, a.display_name AS agent_name, c.bot_id,
         b.display_name AS bot_name, u.display_name AS customer_name, c.waiting_since, c.created_at, c.last_accessed_at,
         ${dialectOf(this.dataSource).now} AS db_now
       FROM chats c JOIN bots b ON b.id = c.bot_id LEFT JOIN users u ON u.id = c.user_id LEFT JOIN users a ON a.id = c.agent_id
       ${rest}`,
      parameters,
    );
    const visitors = await this.findVisitorNames(rows.filter((row) => row.customer_name === null).map(({ id }) => id));
    return rows.map((row) => chatOf({ ...row, customer_name: row.customer_name ?? visitors.get(row.id) ?? null }));
  }

  /** What those without an account called themselves when they first wrote. */
  async findVisitorNames(chatIds: string[]): Promise<Map<string, string>> {
    if (chatIds.length === 0) return new Map();
    const rows = await this.dataSource.query<{ chat_id: string; actor: string }[]>(
      `SELECT e.chat_id, e.actor FROM chats c JOIN chat_events e ON e.chat_id = c.id AND e.seq =
         (SELECT m.seq FROM messages m WHERE m.chat_id = c.id AND m.author = 'customer' ORDER BY m.seq LIMIT 1)
       WHERE c.id IN (${placeholders(chatIds.length)})`,
      chatIds,
    );
    return new Map(rows.map(({ chat_id, actor }) => [chat_id, fromSqlJson<Actor>(actor).name]));
  }
}

function chatOf(row: QueueRow): QueuedChat {
  const since = row.owner === 'requested' && row.waiting_since !== null ? fromSqlTime(row.waiting_since) : null;
  return {
    id: row.id,
    displayName: row.display_name,
    owner: row.owner,
    epoch: row.epoch,
    agentId: row.agent_id,
    agentName: row.agent_name,
    botId: row.bot_id,
    botDisplayName: row.bot_name,
    customerName: row.customer_name,
    waitingMs: since && Math.max(0, fromSqlTime(row.db_now).getTime() - since.getTime()),
    createdAt: fromSqlTime(row.created_at),
    lastAccessedAt: fromSqlTime(row.last_accessed_at),
  };
}
