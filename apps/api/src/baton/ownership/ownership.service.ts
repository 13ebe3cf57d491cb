import { AppError, notFound } from '@app/common';
import type { Actor, AgentName, ChatOwner, OwnershipReason, OwnershipTransition } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { ChatLogHub } from '../log/chat-log.hub.js';
import { refusalOf } from '../fence/refusal.js';
import { HeldChatsRepository, type HeldChat } from './claimed-chats.repository.js';
import { OwnershipRepository, type OwnershipChange } from './ownership.repository.js';
import { TurnRunner } from '../turns/running/turn-runner.service.js';

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
  onlyIfUnansweredMs?: number | null;
  runningAnswer?: OwnershipChange['runningAnswer'];
  /** Without a lease the agent holds the chat until it is given away or closed. */
  isLeased?: boolean;
}

/** Who holds a chat, and how that changes. The rules are the table in `libs/contracts`; the fence is in the database. */
@Injectable()
export class OwnershipService {
  constructor(
    private readonly ownership: OwnershipRepository,
    private readonly held: HeldChatsRepository,
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
      onlyIfUnansweredMs: pass.onlyIfUnansweredMs ?? null,
      runningAnswer: pass.runningAnswer ?? 'keep',
      leaseMs: (pass.isLeased ?? true) ? AGENT_LEASE_MS : null,
    });
    if (changed.kind === 'missing') throw notFound('The chat');
    if (changed.kind === 'refused')
      throw refusalOf(changed, pass.expectedEpoch ?? null) ?? misplaced(changed.owner, pass.transition);
    if (changed.cutTurnId !== null) this.runner.stopTurn(changed.cutTurnId, { kind: 'fenced' });
    this.hub.publishEvents(pass.chatId, changed.events);
    return changed.epoch;
  }

  /** Held chats whose holder has not been heard of for a whole lease. */
  findExpired(limit: number): Promise<HeldChat[]> {
    return this.held.findExpired(limit);
  }

  /** Held chats whose holder is no agent any more. */
  findAbandoned(limit: number): Promise<HeldChat[]> {
    return this.held.findAbandoned(limit);
  }

  /** Held chats of the bot whose customer has waited for an answer for so long. */
  findUnanswered(botId: string, milliseconds: number, limit: number): Promise<HeldChat[]> {
    return this.held.findUnanswered(botId, milliseconds, limit);
  }

  /** The bots whose chats are held by anybody. */
  findBotsOfHeldChats(): Promise<string[]> {
    return this.held.findBotIds();
  }

  renewLeases(chatIds: string[], agentId: number): Promise<number> {
    return this.ownership.renewLeases(chatIds, agentId, AGENT_LEASE_MS);
  }

  renewLease(chatId: string, agentId: number): Promise<boolean> {
    return this.ownership.renewLease(chatId, agentId, AGENT_LEASE_MS);
  }
}

/** Nobody holds the chat, and it is not where the transition begins. */
const misplaced = (owner: ChatOwner, transition: OwnershipTransition): AppError =>
  transition === 'transfer' || transition === 'requeue' || transition === 'release'
    ? new AppError('CHAT_NOT_HELD')
    : new AppError('CONFLICT', { detail: `The chat is with: ${owner}.` });
