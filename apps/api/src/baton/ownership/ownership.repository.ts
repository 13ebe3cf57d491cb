import { OWNERSHIP, type ChatOwner } from '@app/contracts';
import { dialectOf, retryTransient } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChatTransaction, type LockedChat } from '../fence/chat-transaction.repository.js';
import type { CurrentOwner } from '../fence/refusal.js';
import {
  AGENT_LEASE_MS,
  changeOwnership,
  type ChangedOwnership,
  type OwnershipChange,
} from '../turns/ownership-change.js';
import { isLeaseExpired, isUnanswered } from './claimed-chats.repository.js';

/** A change of a chat's owner, and the conditions under which it happens; by default the table of transitions is the only one. */
export interface TransitionRequest extends OwnershipChange {
  chatId: string;
  expectedEpoch?: number | null;
  /** If the chat is claimed, this agent must be the one who claimed it. */
  onlyIfClaimedBy?: number | null;
  onlyIfLeaseExpired?: boolean;
  /** The customer must have waited this long for the agent's answer. */
  onlyIfUnansweredMs?: number | null;
}

export type TransitionResult = ChangedOwnership | ({ kind: 'refused' } & CurrentOwner) | { kind: 'missing' };

/** Changes the owners of chats, each change in one transaction with its events and audit row, and renews agents' leases. */
@Injectable()
export class OwnershipRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Of two concurrent requests one wins; the other is refused with the result of the first. */
  transition(request: TransitionRequest): Promise<TransitionResult> {
    return ChatTransaction.run(this.dataSource, [request.chatId], async (transaction) => {
      const chat = transaction.chat(request.chatId);
      if (!chat) return { kind: 'missing' };
      if (await this.isAllowed(transaction, chat, request)) return changeOwnership(transaction, chat, request);
      return { kind: 'refused', owner: chat.owner, agentId: chat.agentId, epoch: chat.epoch };
    });
  }

  /** False when the agent has no lease on the chat (any more). */
  async renewLease(chatId: string, agentId: number): Promise<boolean> {
    return (await this.renewLeases([chatId], agentId)) > 0;
  }

  /** Renews the agent's leases on the chats, in database time; chats without such a lease stay as they are. */
  async renewLeases(chatIds: string[], agentId: number): Promise<number> {
    if (chatIds.length === 0) return 0;
    const lease = dialectOf(this.dataSource).nowPlus(AGENT_LEASE_MS);
    const renewal = this.dataSource
      .createQueryBuilder()
      .update('chats')
      .set({ leaseUntil: () => lease })
      .where(`owner = 'human' AND agent_id = :agentId AND lease_until IS NOT NULL AND id IN (:...chatIds)`, {
        agentId,
        chatIds,
      });
    // This statement may find chats by their agent and then locks in the opposite order: deadlocks are possible.
    const { affected } = await retryTransient(() => renewal.execute());
    return affected ?? 0;
  }

  private async isAllowed(
    { manager }: ChatTransaction,
    chat: LockedChat,
    {
      transition,
      expectedEpoch = null,
      onlyIfClaimedBy = null,
      onlyIfLeaseExpired = false,
      onlyIfUnansweredMs = null,
    }: TransitionRequest,
  ): Promise<boolean> {
    const from: readonly ChatOwner[] = OWNERSHIP[transition].from;
    if (!from.includes(chat.owner)) return false;
    if (expectedEpoch !== null && expectedEpoch !== chat.epoch) return false;
    if (onlyIfClaimedBy !== null && chat.owner === 'human' && chat.agentId !== onlyIfClaimedBy) return false;
    if (onlyIfLeaseExpired && !(await isLeaseExpired(manager, chat.id))) return false;
    return onlyIfUnansweredMs === null || isUnanswered(manager, chat.id, onlyIfUnansweredMs);
  }
}
