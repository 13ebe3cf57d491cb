import { dialectOf } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** A chat that an agent holds. */
export interface HeldChat {
  chatId: string;
  agentId: number;
  botId: string;
  epoch: number;
}

interface HeldRow {
  id: string;
  agent_id: number;
  bot_id: string;
  epoch: number;
}

const SELECT_HELD = `SELECT c.id, c.agent_id, c.bot_id, c.epoch FROM chats c`;
/**
 * The customer said something before the time in both places, has had no answer since, and the holder has had the chat for as long.
 * What the bot has answered to the end needs no answer.
 */
const hasNoReplySince = (time: string): string => `
  EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = c.id AND m.author = 'customer' AND m.created_at < ${time}
    AND m.seq > COALESCE((SELECT MAX(a.seq) FROM messages a
      WHERE a.chat_id = c.id AND a.author = 'agent' AND a.kind = 'message'), 0)
    AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.id = m.turn_id AND t.status = 'completed'))
  AND (SELECT e.created_at FROM chat_events e WHERE e.chat_id = c.id AND e.type = 'ownership.changed'
    ORDER BY e.seq DESC LIMIT 1) < ${time}`;

/** Chats that agents hold and should not hold any longer. */
@Injectable()
export class HeldChatsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Those whose holder has not been heard of for a whole lease. */
  async findExpired(limit: number): Promise<HeldChat[]> {
    const { now } = dialectOf(this.dataSource);
    return this.find(`c.lease_until < ${now} ORDER BY c.lease_until LIMIT ?`, [limit]);
  }

  /** Those whose holder is no agent any more. */
  async findAbandoned(limit: number): Promise<HeldChat[]> {
    const isAgent = `(u.roles LIKE '%"agent"%' OR u.roles LIKE '%"admin"%')`;
    return this.find(`NOT EXISTS (SELECT 1 FROM users u WHERE u.id = c.agent_id AND ${isAgent}) LIMIT ?`, [limit]);
  }

  /** Those of the bot whose customer has waited for an answer for so long. */
  async findUnanswered(botId: string, milliseconds: number, limit: number): Promise<HeldChat[]> {
    const time = dialectOf(this.dataSource).nowPlus(-milliseconds);
    return this.find(`c.bot_id = ? AND ${hasNoReplySince(time)} LIMIT ?`, [botId, limit]);
  }

  /** The bots whose chats are held by anybody. */
  async findBotIds(): Promise<string[]> {
    const rows = await this.dataSource.query<{ bot_id: string }[]>(
      `SELECT DISTINCT bot_id FROM chats WHERE owner = 'human'`,
    );
    return rows.map((row) => row.bot_id);
  }

  private async find(condition: string, parameters: (string | number)[]): Promise<HeldChat[]> {
    const rows = await this.dataSource.query<HeldRow[]>(
      `${SELECT_HELD} WHERE c.owner = 'human' AND ${condition}`,
      parameters,
    );
    return rows.map((row) => ({ chatId: row.id, agentId: row.agent_id, botId: row.bot_id, epoch: row.epoch }));
  }
}

/** Looked at again under the chat's lock: the holder may have been heard of meanwhile. */
export async function isLeaseExpired(manager: EntityManager, chatId: string): Promise<boolean> {
  const { now } = dialectOf(manager.connection);
  return exists(manager, `c.lease_until < ${now}`, chatId);
}

/** Looked at again under the chat's lock: the holder may have answered meanwhile. */
export async function isUnanswered(manager: EntityManager, chatId: string, milliseconds: number): Promise<boolean> {
  return exists(manager, hasNoReplySince(dialectOf(manager.connection).nowPlus(-milliseconds)), chatId);
}

async function exists(manager: EntityManager, condition: string, chatId: string): Promise<boolean> {
  const rows = await manager.query<unknown[]>(`${SELECT_HELD} WHERE c.id = ? AND ${condition}`, [chatId]);
  return rows.length > 0;
}
