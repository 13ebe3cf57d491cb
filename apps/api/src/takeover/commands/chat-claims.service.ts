import { hasCode } from '@app/common';
import type { Actor, AgentName } from '@app/contracts';
import { Injectable } from '@nestjs/common';
import { ChatStreamsService, OwnershipService, type TransitionRequest } from '../../baton/index.js';
import { BotsService } from '../../bots/index.js';
import { agentActor, isWithPeople } from './agent.js';
import { ChatStatesService } from './chat-states.service.js';
import { QueueRepository } from '../queue/queue.repository.js';

export interface ClaimableChat {
  id: string;
  botId: string;
}

/** Changes the owner for agents: in the manner that the bot's policy asks for, and with refusals that name the agent who has the chat. */
@Injectable()
export class ChatClaimsService {
  constructor(
    private readonly bots: BotsService,
    private readonly ownership: OwnershipService,
    private readonly streams: ChatStreamsService,
    private readonly states: ChatStatesService,
    private readonly queue: QueueRepository,
  ) {}

  /** The agent owns the chat from now on. A running answer is cut, finished first, or discarded. Returns the epoch. */
  async claim(chat: ClaimableChat, agent: AgentName, expectedEpoch: number | null, isLeased = true): Promise<number> {
    const { takeover } = await this.bots.getProfile(chat.botId);
    if (takeover.onClaim === 'finish') await this.waitForAnswer(chat.id, takeover.finishSeconds * 1000);
    try {
      return await this.ownership.transition({
        chatId: chat.id,
        transition: 'claim',
        reason: 'agent_takeover',
        actor: agentActor(agent),
        agent,
        expectedEpoch,
        runningAnswer: takeover.onClaim === 'discard' ? 'discard' : 'keep',
        isLeased,
      });
    } catch (error) {
      // Two claims of the same agent at once, for example from two windows: both have succeeded.
      const now = await this.queue.findChat(chat.id);
      if (hasCode(error, 'CHAT_HELD', 'OUTDATED_CHAT') && now?.owner === 'human' && now.agentId === agent.id)
        return now.epoch;
      throw await this.states.nameAgent(error, chat.id);
    }
  }

  /** The chat waits for a person from now on. */
  async request(chatId: string, actor: Actor, expectedEpoch: number | null): Promise<void> {
    try {
      await this.transition({ chatId, transition: 'request', reason: 'customer_request', actor, expectedEpoch });
    } catch (error) {
      // Two requests at once, or an agent who came at the same time: the request is fulfilled.
      const now = await this.queue.findChat(chatId);
      if (now === null || !isWithPeople(now.owner)) throw error;
    }
  }

  async transition(request: TransitionRequest): Promise<number> {
    try {
      return await this.ownership.transition(request);
    } catch (error) {
      throw await this.states.nameAgent(error, request.chatId);
    }
  }

  /** Nothing is locked meanwhile: another agent's claim ends the wait. */
  private async waitForAnswer(chatId: string, milliseconds: number): Promise<void> {
    const head = await this.queue.findHead(chatId);
    if (head === null || head.runningTurnId === null) return;
    let finish!: () => void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const timer = setTimeout(finish, milliseconds);
    const stop = await this.streams.followWith(chatId, { seq: head.lastSeq, offset: 0 }, 'everyone', {
      deliver: (item) => {
        if (item.kind === 'event' && ['turn.ended', 'ownership.changed'].includes(item.event.type)) finish();
      },
      fail: finish,
    });
    await finished;
    clearTimeout(timer);
    stop();
  }
}
