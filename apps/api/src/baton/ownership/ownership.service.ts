import { AppError, notFound } from '@app/common';
import type { ChatOwner, OwnershipTransition } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { refusalOf } from '../fence/refusal.js';
import { TurnRunner } from '../turns/running/turn-runner.js';
import { ClaimedChatsRepository, type ClaimedChat } from './claimed-chats.repository.js';
import { OwnershipRepository, type TransitionRequest } from './ownership.repository.js';

/** Who owns a chat, and how that changes. The rules are the table in `libs/contracts`; the database enforces the fence. */
@Injectable()
export class OwnershipService {
  constructor(
    private readonly ownership: OwnershipRepository,
    private readonly claimed: ClaimedChatsRepository,
    private readonly runner: TurnRunner,
  ) {}

  /**
   * Changes the owner and returns the new epoch. Throws `CHAT_HELD` (with the agent's id) to the second of two claims, `CHAT_CLOSED`,
   * `CHAT_NOT_HELD`, or `OUTDATED_CHAT` when the expected epoch is over.
   */
  async transition(request: TransitionRequest): Promise<number> {
    const { chatId, transition, expectedEpoch = null } = request;
    const result = await this.ownership.transition(request);
    if (result.kind === 'missing') throw notFound('The chat');
    if (result.kind === 'refused') throw refusalOf(result, expectedEpoch) ?? misplaced(result.owner, transition);
    this.runner.afterCommit({ chatId, events: result.events, revokedTurnId: result.revokedTurnId });
    return result.epoch;
  }

  /** Claimed chats whose agent's lease has expired. */
  findExpired(limit: number): Promise<ClaimedChat[]> {
    return this.claimed.findExpired(limit);
  }

  /** Claimed chats whose agent is no agent any more. */
  findAbandoned(limit: number): Promise<ClaimedChat[]> {
    return this.claimed.findAbandoned(limit);
  }

  /** Claimed chats of the bot whose customer has waited this long for an answer. */
  findUnanswered(botId: string, milliseconds: number, limit: number): Promise<ClaimedChat[]> {
    return this.claimed.findUnanswered(botId, milliseconds, limit);
  }

  /** The bots that have claimed chats. */
  findBotsOfClaimedChats(): Promise<string[]> {
    return this.claimed.findBotIds();
  }

  renewLeases(chatIds: string[], agentId: number): Promise<number> {
    return this.ownership.renewLeases(chatIds, agentId);
  }

  renewLease(chatId: string, agentId: number): Promise<boolean> {
    return this.ownership.renewLease(chatId, agentId);
  }
}

/** The chat is open and unclaimed, but the transition does not start from its owner. */
const misplaced = (owner: ChatOwner, transition: OwnershipTransition): AppError =>
  transition === 'transfer' || transition === 'requeue' || transition === 'release'
    ? new AppError('CHAT_NOT_HELD')
    : new AppError('CONFLICT', { detail: `The chat is with: ${owner}.` });
