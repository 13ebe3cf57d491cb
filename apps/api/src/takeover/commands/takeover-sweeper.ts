import { databaseTime, hasCode, WorkLoop } from '@app/common';
import type { Actor } from '@app/contracts';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  type ClaimedChat,
  OwnershipService,
  SystemMessagesService,
  type TransitionRequest,
} from '../../baton/index.js';
import { BotsService, type TakeoverPolicy } from '../../bots/index.js';
import { isOpen } from '../policy/business-hours.js';
import { ChatStatesService } from './chat-states.service.js';
import { QueueRepository, type WaitingChat } from '../queue/queue.repository.js';
import { QueueWatcher } from '../queue/queue-watcher.js';

const SWEEP_EVERY_MS = 2000;
/** Of each kind and bot. */
const CHATS_PER_SWEEP = 200;
const SERVER: Actor = { kind: 'system', id: null, name: 'System' };
/** Another change came first: what was due is done, or no longer due. */
const OVERTAKEN = ['OUTDATED_CHAT', 'CHAT_HELD', 'CHAT_NOT_HELD', 'CHAT_CLOSED', 'CONFLICT', 'NOT_FOUND'] as const;

type Transition = Pick<TransitionRequest, 'transition' | 'reason' | 'onlyIfLeaseExpired' | 'onlyIfUnansweredMs'>;

/**
 * Lets no customer wait for an agent who is not there: chats whose agent is gone or silent, that have waited too long, or that wait
 * outside of business hours go where the bot's policy says. Runs on every instance; each step happens once because it names the epoch it ends.
 */
@Injectable()
export class TakeoverSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(TakeoverSweeper.name);
  private readonly loop = new WorkLoop('Sweeping the queue', SWEEP_EVERY_MS, () => this.sweepAll());

  constructor(
    private readonly bots: BotsService,
    private readonly ownership: OwnershipService,
    private readonly messages: SystemMessagesService,
    private readonly states: ChatStatesService,
    private readonly queue: QueueRepository,
    private readonly watcher: QueueWatcher,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** One round; never fails. */
  sweep(): Promise<void> {
    return this.loop.run();
  }

  private async sweepAll(): Promise<void> {
    let changes = await this.each(await this.ownership.findAbandoned(CHATS_PER_SWEEP), (claimed) =>
      this.releaseFor(claimed, { reason: 'agent_removed' }, 'is no agent any more'),
    );
    changes += await this.each(await this.ownership.findExpired(CHATS_PER_SWEEP), (claimed) =>
      this.releaseFor(claimed, { reason: 'lease_expired', onlyIfLeaseExpired: true }, 'was not heard of any more'),
    );
    for (const botId of await this.ownership.findBotsOfClaimedChats()) changes += await this.endSilence(botId);
    for (const botId of await this.queue.findBotsOfWaitingChats()) changes += await this.endWaits(botId);
    if (changes > 0) await this.watcher.refresh();
  }

  /** What cannot be done for one chat at the moment does not keep the others waiting. */
  private async each<Chat extends { chatId: string }>(
    chats: Chat[],
    step: (chat: Chat) => Promise<boolean>,
  ): Promise<number> {
    let changes = 0;
    for (const chat of chats) {
      try {
        if (await step(chat)) changes++;
      } catch (error) {
        this.logger.error({ err: error, chatId: chat.chatId }, 'Sweeping a chat failed; trying again');
      }
    }
    return changes;
  }

  /** Agents who hold a chat and leave its customer without an answer, where the bot's policy sets them a time. */
  private async endSilence(botId: string): Promise<number> {
    const { replySeconds } = (await this.bots.getProfile(botId)).takeover;
    if (replySeconds === null) return 0;
    const onlyIfUnansweredMs = replySeconds * 1000;
    const why = `left the customer without an answer for ${replySeconds} s`;
    return this.each(await this.ownership.findUnanswered(botId, onlyIfUnansweredMs, CHATS_PER_SWEEP), (claimed) =>
      this.releaseFor(claimed, { reason: 'no_reply', onlyIfUnansweredMs }, why),
    );
  }

  private async endWaits(botId: string): Promise<number> {
    const { takeover } = await this.bots.getProfile(botId);
    const isClosed = !isOpen(takeover.businessHours, databaseTime());
    if (!isClosed && takeover.onWaitExpired === 'keep') return 0;
    const waitMs = isClosed ? 0 : takeover.waitSeconds * 1000;
    return this.each(await this.queue.findWaiting(botId, waitMs, CHATS_PER_SWEEP), (chat) =>
      isClosed || takeover.onWaitExpired === 'close' ? this.close(chat, takeover) : this.giveUp(chat, takeover),
    );
  }

  private async releaseFor(claimed: ClaimedChat, how: Omit<Transition, 'transition'>, why: string): Promise<boolean> {
    const { takeover } = await this.bots.getProfile(claimed.botId);
    const isForBot = takeover.onLeaseExpired === 'bot';
    const epoch = await this.transition(claimed, { transition: isForBot ? 'release' : 'requeue', ...how });
    if (epoch === null) return false;
    const name = await this.states.nameOf(claimed.agentId);
    const place = isForBot ? 'to the bot' : 'into the queue';
    await this.note(claimed.chatId, epoch, `${name} ${why}. The chat went back ${place}.`);
    return true;
  }

  private async giveUp(chat: WaitingChat, { waitSeconds }: TakeoverPolicy): Promise<boolean> {
    const epoch = await this.transition(chat, { transition: 'release', reason: 'wait_expired' });
    if (epoch === null) return false;
    await this.note(chat.chatId, epoch, `No agent came within ${waitSeconds} s. The chat went back to the bot.`);
    return true;
  }

  /** The message comes first: nothing follows the end of a chat. */
  private async close(chat: WaitingChat, { closedMessage }: TakeoverPolicy): Promise<boolean> {
    const text = [closedMessage.value, closedMessage.valueDe].filter((each) => each !== '').join('\n\n');
    if (text !== '')
      await this.messages.send({
        chatId: chat.chatId,
        text,
        audience: 'everyone',
        occasion: 'closed',
        expectedEpoch: chat.epoch,
      });
    return (await this.transition(chat, { transition: 'end', reason: 'rule' })) !== null;
  }

  private note(chatId: string, expectedEpoch: number, text: string): Promise<void> {
    return this.messages.send({ chatId, text, audience: 'agents', occasion: 'swept', expectedEpoch });
  }

  /** The new epoch, or null when the chat has moved on meanwhile. */
  private async transition(
    { chatId, epoch: expectedEpoch }: { chatId: string; epoch: number },
    how: Transition,
  ): Promise<number | null> {
    try {
      return await this.ownership.transition({ chatId, actor: SERVER, expectedEpoch, ...how });
    } catch (error) {
      if (hasCode(error, ...OVERTAKEN)) return null;
      throw error;
    }
  }
}
