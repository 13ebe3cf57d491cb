import { dialectOf } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** A chat whose owner is an agent. */
export interface ClaimedChat {
  chatId: string;
  agentId: number;
  botId: string;
  epoch: number;
}

interface ClaimedRow {
  id: string;
  agent_id: number;
  bot_id: string;
  epoch: number;
}

const SELECT_CHAT = `SELECT c.id, c.agent_id, c.bot_id, c.epoch FROM chats c`;
/**
 * The customer wrote before `time` and has had no answer since, and the agent has had the chat since before `time`. Messages that the
 * bot has answered completely need no answer.
 */
const hasNoReplySince = (time: string): string => `
  EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = c.id AND m.author = 'customer' AND m.created_at < ${time}
    AND m.seq > COALESCE((SELECT MAX(a.seq) FROM messages a
      WHERE a.chat_id = c.id AND a.author = 'agent' AND a.kind = 'message'), 0)
    AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.id = m.turn_id AND t.status = 'completed'))
  AND (SELECT e.created_at FROM chat_events e WHERE e.chat_id = c.id AND e.type = 'ownership.changed'
    ORDER BY e.seq DESC LIMIT 1) < ${time}`;

/** Finds claimed chats that their agents have to lose. */
@Injectable()
export class ClaimedChatsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Those whose agent's lease has expired. */
  async findExpired(limit: number): Promise<ClaimedChat[]> {
    const { now } = dialectOf(this.dataSource);
    return this.find(`c.lease_until < ${now} ORDER BY c.lease_until LIMIT ?`, [limit]);
  }

  /** Those whose agent is no agent any more. */
  async findAbandoned(limit: number): Promise<ClaimedChat[]> {
    const isAgent = `(u.roles LIKE '%"agent"%' OR u.roles LIKE '%"admin"%')`;
    return this.find(`NOT EXISTS (SELECT 1 FROM users u WHERE u.id = c.agent_id AND ${isAgent}) LIMIT ?`, [limit]);
  }

  /** Those of the bot whose customer has waited this long for an answer. */
  async findUnanswered(botId: string, milliseconds: number, limit: number): Promise<ClaimedChat[]> {
    const time = dialectOf(this.dataSource).nowPlus(-milliseconds);
    return this.find(`c.bot_id = ? AND ${hasNoReplySince(time)} LIMIT ?`, [botId, limit]);
  }

  /** The bots that have claimed chats. */
  async findBotIds(): Promise<string[]> {
    const rows = await this.dataSource.query<{ bot_id: string }[]>(
      `SELECT DISTINCT bot_id FROM chats WHERE owner = 'human'`,
    );
    return rows.map((row) => row.bot_id);
  }

  private async find(condition: string, parameters: (string | number)[]): Promise<ClaimedChat[]> {
    const rows = await this.dataSource.query<ClaimedRow[]>(
      `${SELECT_CHAT} WHERE c.owner = 'human' AND ${condition}`,
      parameters,
    );
    return rows.map((row) => ({ chatId: row.id, agentId: row.agent_id, botId: row.bot_id, epoch: row.epoch }));
  }
}

/** Checked again under the chat's lock: the agent may have renewed the lease meanwhile. */
export async function isLeaseExpired(manager: EntityManager, chatId: string): Promise<boolean> {
  const { now } = dialectOf(manager.connection);
  return exists(manager, `c.lease_until < ${now}`, chatId);
}

/** Checked again under the chat's lock: the agent may have answered meanwhile. */
export async function isUnanswered(manager: EntityManager, chatId: string, milliseconds: number): Promise<boolean> {
  return exists(manager, hasNoReplySince(dialectOf(manager.connection).nowPlus(-milliseconds)), chatId);
}

async function exists(manager: EntityManager, condition: string, chatId: string): Promise<boolean> {
  const rows = await manager.query<unknown[]>(`${SELECT_CHAT} WHERE c.id = ? AND ${condition}`, [chatId]);
  return rows.length > 0;
}
