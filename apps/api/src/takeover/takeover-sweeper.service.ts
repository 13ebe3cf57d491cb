import { AppError } from '@app/common';
import type { Actor } from '@app/contracts';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { TakeoverPolicy } from '../bots/takeover-policy.js';
import { BotsService } from '../bots/bots.service.js';
import { OwnershipService, type PassBaton } from '../chats/ownership.service.js';
import { SystemMessagesService } from '../chats/system-messages.service.js';
import { isOpen } from './business-hours.js';
import { ChatStatesService } from './chat-states.service.js';
import { QueueRepository, type WaitingChat } from './queue.repository.js';
import { QueueWatcher } from './queue-watcher.service.js';

const SWEEP_EVERY_MS = 2000;
const HELD_PER_SWEEP = 200;
/** Also chats that may wait as long as they like are looked at. */
const WAITING_PER_SWEEP = 5000;
const SERVER: Actor = { kind: 'system', id: null, name: 'System' };
/** Somebody else was faster: what was to be done is done, or no longer due. */
const OVERTAKEN: readonly string[] = [
  'OUTDATED_CHAT',
  'CHAT_HELD',
  'CHAT_NOT_HELD',
  'CHAT_CLOSED',
  'CONFLICT',
  'NOT_FOUND',
];

/**
 * Lets no customer wait for somebody who is not there: chats whose agent is gone, that have waited too long, or that wait outside of
 * business hours go where the bot's policy says. Runs on every instance; each step happens once because it names the epoch it ends.
 */
@Injectable()
export class TakeoverSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(TakeoverSweeper.name);
  private timer: NodeJS.Timeout | null = null;
  private sweeping: Promise<void> | null = null;

  constructor(
    private readonly bots: BotsService,
    private readonly ownership: OwnershipService,
    private readonly messages: SystemMessagesService,
    private readonly states: ChatStatesService,
    private readonly queue: QueueRepository,
    private readonly watcher: QueueWatcher,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), SWEEP_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.sweeping;
  }

  /** One round; never fails. */
  async sweep(): Promise<void> {
    await (this.sweeping ??= this.sweepAll()
      .catch((error: unknown) => this.logger.error({ err: error }, 'Sweeping the queue failed; trying again'))
      .finally(() => (this.sweeping = null)));
  }

  private async sweepAll(): Promise<void> {
    let changes = 0;
    for (const held of await this.ownership.findExpired(HELD_PER_SWEEP)) if (await this.endLease(held)) changes++;
    for (const waiting of await this.queue.findLongestWaiting(WAITING_PER_SWEEP))
      if (await this.endWait(waiting)) changes++;
    if (changes > 0) await this.watcher.look();
  }

  private async endLease(held: { chatId: string; agentId: number; botId: string; epoch: number }): Promise<boolean> {
    const { takeover } = await this.bots.getProfile(held.botId);
    const isForBot = takeover.onLeaseExpired === 'bot';
    const epoch = await this.pass({
      ...held,
      transition: isForBot ? 'release' : 'requeue',
      reason: 'lease_expired',
      onlyIfLeaseExpired: true,
    });
    if (epoch === null) return false;
    const name = await this.states.nameOf(held.agentId);
    const place = isForBot ? 'to the bot' : 'into the queue';
    await this.note(held.chatId, epoch, `${name} was not heard of any more. The chat went back ${place}.`);
    return true;
  }

  private async endWait(chat: WaitingChat): Promise<boolean> {
    const { takeover } = await this.bots.getProfile(chat.botId);
    if (!isOpen(takeover.businessHours, new Date())) return this.close(chat, takeover);
    if (chat.waitedMs < takeover.waitSeconds * 1000) return false;
    if (takeover.onWaitExpired === 'close') return this.close(chat, takeover);
    if (takeover.onWaitExpired === 'keep') return false;
    const epoch = await this.pass({ ...chat, transition: 'release', reason: 'lease_expired' });
    if (epoch === null) return false;
    await this.note(chat.chatId, epoch, `Nobody came within ${takeover.waitSeconds} s. The chat went back to the bot.`);
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
    return (await this.pass({ ...chat, transition: 'end', reason: 'rule' })) !== null;
  }

  private note(chatId: string, expectedEpoch: number, text: string): Promise<void> {
    return this.messages.send({ chatId, text, audience: 'agents', occasion: 'swept', expectedEpoch });
  }

  /** The new epoch, or null when the chat has moved on meanwhile. */
  private async pass(
    change: { chatId: string; epoch: number } & Pick<PassBaton, 'transition' | 'reason' | 'onlyIfLeaseExpired'>,
  ): Promise<number | null> {
    const { chatId, epoch: expectedEpoch, transition, reason, onlyIfLeaseExpired } = change;
    try {
      return await this.ownership.passBaton({
        chatId,
        transition,
        reason,
        actor: SERVER,
        expectedEpoch,
        onlyIfLeaseExpired,
      });
    } catch (error) {
      if (error instanceof AppError && OVERTAKEN.includes(error.code)) return null;
      throw error;
    }
  }
}
