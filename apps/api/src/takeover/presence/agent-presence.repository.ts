import { AgentPresence, dialectOf, fromSqlJson, fromSqlTime, isDuplicate, placeholders } from '@app/database';
import type { AgentStatus, Role } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';

export interface StoredPresence {
  userId: number;
  name: string;
  roles: Role[];
  status: AgentStatus;
  capacity: number;
  isSeen: boolean;
  heldChats: number;
}

interface PresenceRow {
  user_id: number;
  display_name: string;
  roles: string;
  status: AgentStatus;
  capacity: number;
  seen_until: string | Date;
  db_now: string | Date;
  held: number | string;
}

/** When agents were last heard of, by the database's clock. */
@Injectable()
export class AgentPresenceRepository {
  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(AgentPresence) private readonly presences: Repository<AgentPresence>,
  ) {}

  /** Changes what is given and notes that the agent is there. */
  async savePresence(
    userId: number,
    changes: { status?: AgentStatus; capacity?: number },
    defaults: { status: AgentStatus; capacity: number },
    seenMs: number,
  ): Promise<void> {
    if (await this.updatePresence(userId, changes, seenMs)) return;
    try {
      await this.presences.insert({ userId, ...defaults, ...changes, seenUntil: this.after(seenMs) as never });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      await this.updatePresence(userId, changes, seenMs);
    }
  }

  async markSeen(userIds: number[], seenMs: number): Promise<void> {
    if (userIds.length === 0) return;
    await this.presences
      .createQueryBuilder()
      .update()
      .set({ seenUntil: this.after(seenMs) })
      .where('userId IN (:...userIds)', { userIds })
      .execute();
  }

  /** All agents who have ever been online, or one of them. */
  async findPresences(userId: number | null = null): Promise<StoredPresence[]> {
    const rows = await this.dataSource.query<PresenceRow[]>(
      `SELECT p.user_id, u.display_name, u.roles, p.status, p.capacity, p.seen_until,
         ${dialectOf(this.dataSource).now} AS db_now,
         (SELECT COUNT(*) FROM chats c WHERE c.agent_id = p.user_id AND c.owner = 'human') AS held
       FROM agent_presence p JOIN users u ON u.id = p.user_id
       ${userId === null ? '' : 'WHERE p.user_id = ?'} ORDER BY u.display_name, p.user_id`,
      userId === null ? [] : [userId],
    );
    return rows.map((row) => ({
      userId: row.user_id,
      name: row.display_name,
      roles: fromSqlJson<Role[]>(row.roles),
      status: row.status,
      capacity: row.capacity,
      isSeen: fromSqlTime(row.seen_until) > fromSqlTime(row.db_now),
      heldChats: Number(row.held),
    }));
  }

  /** The chats that the agents have claimed. */
  async findClaimedChats(userIds: number[]): Promise<{ chatId: string; agentId: number }[]> {
    if (userIds.length === 0) return [];
    const rows = await this.dataSource.query<{ id: string; agent_id: number }[]>(
      `SELECT id, agent_id FROM chats WHERE owner = 'human' AND agent_id IN (${placeholders(userIds.length)})`,
      userIds,
    );
    return rows.map((row) => ({ chatId: row.id, agentId: row.agent_id }));
  }

  private async updatePresence(
    userId: number,
    changes: { status?: AgentStatus; capacity?: number },
    seenMs: number,
  ): Promise<boolean> {
    const { affected } = await this.presences
      .createQueryBuilder()
      .update()
      .set({ ...changes, seenUntil: this.after(seenMs) })
      .where('userId = :userId', { userId })
      .execute();
    return (affected ?? 0) > 0;
  }

  private after(milliseconds: number): () => string {
    return () => dialectOf(this.dataSource).nowPlus(milliseconds);
  }
}
