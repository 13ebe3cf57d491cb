import { AppError, notFound } from '@app/common';
import type { Actor, AgentName, OwnershipReason, OwnershipTransition } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { ChatLogHub } from './chat-log.hub.js';
import { OwnershipRepository, type ExpiredHolding, type OwnershipChange } from './ownership.repository.js';
import { TurnRunner } from './turn-runner.service.js';

/** An agent is heard of at least this often, or the chat goes back. */
export const AGENT_LEASE_MS = 90_000;

export interface PassBaton {
  chatId: string;
  transition: OwnershipTransition;
  reason: OwnershipReason;
  actor: Actor;
  agent?: AgentName | null;
  onlyIfHeldBy?: number | null;
  expectedEpoch?: number | null;
  onlyIfLeaseExpired?: boolean;
  runningAnswer?: OwnershipChange['runningAnswer'];
}

/** Who holds a chat, and how that changes. The rules are the table in `libs/contracts`; the fence is in the database. */
@Injectable()
export class OwnershipService {
  constructor(
    private readonly ownership: OwnershipRepository,
    private readonly hub: ChatLogHub,
    private readonly runner: TurnRunner,
  ) {}

  /**
   * Passes the baton and returns the new epoch. Throws `CHAT_HELD` (naming the holder's id) to who comes second, `CHAT_CLOSED`,
   * `CHAT_NOT_HELD`, or `OUTDATED_CHAT` when the expected epoch has passed.
   */
  async passBaton(pass: PassBaton): Promise<number> {
    const changed = await this.ownership.changeOwnership({
      chatId: pass.chatId,
      transition: pass.transition,
      reason: pass.reason,
      actor: pass.actor,
      agent: pass.agent ?? null,
      onlyIfHeldBy: pass.onlyIfHeldBy ?? null,
      expectedEpoch: pass.expectedEpoch ?? null,
      onlyIfLeaseExpired: pass.onlyIfLeaseExpired ?? false,
      runningAnswer: pass.runningAnswer ?? 'keep',
      leaseMs: AGENT_LEASE_MS,
    });
    if (changed.kind === 'missing') throw notFound('The chat');
    if (changed.kind === 'refused') throw refusal(changed, pass);
    if (changed.cutTurnId !== null) this.runner.stopTurn(changed.cutTurnId, { kind: 'fenced' });
    this.hub.publishEvents(pass.chatId, changed.events);
    return changed.epoch;
  }

  /** Held chats whose holder has not been heard of for a whole lease. */
  findExpired(limit: number): Promise<ExpiredHolding[]> {
    return this.ownership.findExpired(limit);
  }

  renewLeases(chatIds: string[], agentId: number): Promise<number> {
    return this.ownership.renewLeases(chatIds, agentId, AGENT_LEASE_MS);
  }

  renewLease(chatId: string, agentId: number): Promise<boolean> {
    return this.ownership.renewLease(chatId, agentId, AGENT_LEASE_MS);
  }
}

function refusal(
  { owner, agentId, epoch }: { owner: string; agentId: number | null; epoch: number },
  { transition, expectedEpoch }: PassBaton,
): AppError {
  if (owner === 'closed') return new AppError('CHAT_CLOSED');
  if (expectedEpoch != null && expectedEpoch !== epoch) return new AppError('OUTDATED_CHAT');
  if (owner === 'human') return new AppError('CHAT_HELD', { detail: `The chat is held by agent ${agentId}.` });
  if (transition === 'transfer' || transition === 'requeue' || transition === 'release')
    return new AppError('CHAT_NOT_HELD');
  return new AppError('CONFLICT', { detail: `The chat is with: ${owner}.` });
}
