import { OWNERSHIP, type ChatOwner } from '@app/contracts';
import { dialectOf } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { passBaton, type BatonPass, type PassedBaton } from './baton.repository.js';
import { ChatTransaction, type LockedChat } from './chat-transaction.repository.js';

export interface OwnershipChange extends BatonPass {
  chatId: string;
  /** The change happens only while this agent holds the chat; null for whoever may act for every holder. */
  onlyIfHeldBy: number | null;
  /** The change happens only in this epoch. */
  expectedEpoch: number | null;
  /** The change happens only if the holder's lease has run out. */
  onlyIfLeaseExpired: boolean;
  leaseMs: number;
}

export interface ExpiredHolding {
  chatId: string;
  agentId: number;
  botId: string;
  epoch: number;
}

/** Who holds the chat now, for those who came too late. */
export interface Holding {
  owner: ChatOwner;
  agentId: number | null;
  epoch: number;
}

export type ChangedOwnership = PassedBaton | ({ kind: 'refused' } & Holding) | { kind: 'missing' };

/** Passes the baton: the transition, the end of a running answer, its events and the audit row in one transaction. */
@Injectable()
export class OwnershipRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Of two who try at once one wins; the other is refused with what the first has made of the chat. */
  changeOwnership(change: OwnershipChange): Promise<ChangedOwnership> {
    return ChatTransaction.run(this.dataSource, [change.chatId], async (transaction) => {
      const chat = transaction.chat(change.chatId);
      if (!chat) return { kind: 'missing' };
      if (!(await this.isAllowed(transaction, chat, change))) {
        return { kind: 'refused', owner: chat.owner, agentId: chat.agentId, epoch: chat.epoch };
      }
      return passBaton(transaction, chat, { ...change, lease: dialectOf(this.dataSource).nowPlus(change.leaseMs) });
    });
  }

  /** Prolongs the holder's lease, in database time. False when the agent does not hold the chat (any more). */
  async renewLease(chatId: string, agentId: number, leaseMs: number): Promise<boolean> {
    return (await this.renewLeases([chatId], agentId, leaseMs)) > 0;
  }

  /** Prolongs the leases of chats that the agent holds; others are left alone. */
  async renewLeases(chatIds: string[], agentId: number, leaseMs: number): Promise<number> {
    if (chatIds.length === 0) return 0;
    const lease = dialectOf(this.dataSource).nowPlus(leaseMs);
    const result = await this.dataSource
      .createQueryBuilder()
      .update('chats')
      .set({ leaseUntil: () => lease })
      .where(`owner = 'human' AND agent_id = :agentId AND id IN (:...chatIds)`, { agentId, chatIds })
      .execute();
    return result.affected ?? 0;
  }

  /** Held chats whose holder has not been heard of for a whole lease. */
  async findExpired(limit: number): Promise<ExpiredHolding[]> {
    const rows = await this.dataSource.query<{ id: string; agent_id: number; bot_id: string; epoch: number }[]>(
      `SELECT id, agent_id, bot_id, epoch FROM chats
       WHERE owner = 'human' AND lease_until < ${dialectOf(this.dataSource).now} ORDER BY lease_until LIMIT ?`,
      [limit],
    );
    return rows.map((row) => ({ chatId: row.id, agentId: row.agent_id, botId: row.bot_id, epoch: row.epoch }));
  }

  private async isAllowed(transaction: ChatTransaction, chat: LockedChat, change: OwnershipChange): Promise<boolean> {
    const from: readonly ChatOwner[] = OWNERSHIP[change.transition].from;
    if (!from.includes(chat.owner)) return false;
    if (change.expectedEpoch !== null && change.expectedEpoch !== chat.epoch) return false;
    if (change.onlyIfHeldBy !== null && chat.owner === 'human' && chat.agentId !== change.onlyIfHeldBy) return false;
    if (!change.onlyIfLeaseExpired) return true;
    const expired = await transaction.manager.query<unknown[]>(
      `SELECT id FROM chats WHERE id = ? AND lease_until < ${dialectOf(this.dataSource).now}`,
      [chat.id],
    );
    return expired.length > 0;
  }
}
