import { OWNERSHIP, type ChatOwner } from '@app/contracts';
import { dialectOf, retryTransient } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { passBaton, type BatonPass, type PassedBaton } from '../turns/ownership-change.js';
import { ChatTransaction, type LockedChat } from '../fence/chat-transaction.repository.js';
import type { Holding } from '../fence/refusal.js';
import { isLeaseExpired, isUnanswered } from './claimed-chats.repository.js';

export interface OwnershipChange extends BatonPass {
  chatId: string;
  /** The change happens only while this agent holds the chat; null for whoever may act for every holder. */
  onlyIfHeldBy: number | null;
  /** The change happens only in this epoch. */
  expectedEpoch: number | null;
  /** The change happens only if the holder's lease has run out. */
  onlyIfLeaseExpired: boolean;
  /** The change happens only if the customer has waited for the holder's answer for so long. */
  onlyIfUnansweredMs: number | null;
  /** Null for a holding that does not expire. */
  leaseMs: number | null;
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
      const lease = change.leaseMs === null ? 'NULL' : dialectOf(this.dataSource).nowPlus(change.leaseMs);
      return passBaton(transaction, chat, { ...change, lease });
    });
  }

  /** Prolongs the holder's lease, in database time. False when the agent has none on the chat (any more). */
  async renewLease(chatId: string, agentId: number, leaseMs: number): Promise<boolean> {
    return (await this.renewLeases([chatId], agentId, leaseMs)) > 0;
  }

  /** Prolongs the leases of chats that the agent holds; others are left alone. */
  async renewLeases(chatIds: string[], agentId: number, leaseMs: number): Promise<number> {
    if (chatIds.length === 0) return 0;
    const lease = dialectOf(this.dataSource).nowPlus(leaseMs);
    const renewal = this.dataSource
      .createQueryBuilder()
      .update('chats')
      .set({ leaseUntil: () => lease })
      .where(`owner = 'human' AND agent_id = :agentId AND lease_until IS NOT NULL AND id IN (:...chatIds)`, {
        agentId,
        chatIds,
      });
    // Found by its agent, a chat is locked the other way round than everywhere else.
    const { affected } = await retryTransient(() => renewal.execute());
    return affected ?? 0;
  }

  private async isAllowed(transaction: ChatTransaction, chat: LockedChat, change: OwnershipChange): Promise<boolean> {
    const from: readonly ChatOwner[] = OWNERSHIP[change.transition].from;
    if (!from.includes(chat.owner)) return false;
    if (change.expectedEpoch !== null && change.expectedEpoch !== chat.epoch) return false;
    if (change.onlyIfHeldBy !== null && chat.owner === 'human' && chat.agentId !== change.onlyIfHeldBy) return false;
    const { manager } = transaction;
    if (change.onlyIfLeaseExpired && !(await isLeaseExpired(manager, chat.id))) return false;
    return change.onlyIfUnansweredMs === null || isUnanswered(manager, chat.id, change.onlyIfUnansweredMs);
  }
}
