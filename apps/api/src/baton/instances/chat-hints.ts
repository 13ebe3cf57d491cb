import { ANSWERS_SOON, AppConfig, noticeSilence, WorkLoop } from '@app/common';
import { JobLeasesRepository } from '@app/database';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { uuidv7 } from 'uuidv7';
import { ChatLogHub } from '../log/chat-log.hub.js';
import { ChatLogRepository } from '../log/chat-log.repository.js';
import { TurnLeasesRepository } from '../turns/turn-leases.repository.js';
import { LiveTurns } from '../turns/running/live-turns.js';

/** Less than the second that is promised: a poll takes its time. */
const POLL_MS = 750;
const POLL_WITH_REDIS_MS = 15_000;
/** Held, as a lease, for as long as an instance cannot send hints: the others must look for what it writes. */
const HINTS_MISSING = 'hints-missing';
const MISSING_MS = 3 * POLL_MS;
/** Without Redis: how soon a turn of this instance stops after an agent has claimed its chat on another instance. */
const CHECK_OWN_TURNS_MS = 100;

/**
 * Notifies readers of what other instances write: Redis carries hints (never content), and the database is polled as well, so that
 * without Redis, or when it fails, everything arrives a second later and nothing is lost.
 */
@Injectable()
export class ChatHints implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ChatHints.name);
  private readonly instanceId = uuidv7();
  private readonly channel: string;
  private readonly pending = new Set<string>();
  private publisher: Redis | null = null;
  private subscriber: Redis | null = null;
  private isSubscribed = false;
  private polledAt = -Infinity;
  private readonly polls = new WorkLoop('Reading what other instances wrote', POLL_MS, () => this.pollIfDue());
  private readonly checks = new WorkLoop('Checking own turns', CHECK_OWN_TURNS_MS, () => this.checkOwnTurns());

  constructor(
    private readonly config: AppConfig,
    private readonly hub: ChatLogHub,
    private readonly log: ChatLogRepository,
    private readonly leases: TurnLeasesRepository,
    private readonly live: LiveTurns,
    private readonly jobLeases: JobLeasesRepository,
  ) {
    this.channel = `${config.redisPrefix}:chats`;
  }

  onApplicationBootstrap(): void {
    // With an embedded database there is no other instance.
    if (this.config.database.url === null) return;
    if (this.config.redisUrl !== null) this.connect(this.config.redisUrl);
    this.polls.start();
    this.checks.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.polls.stop(), this.checks.stop()]);
    this.publisher?.disconnect();
    this.subscriber?.disconnect();
  }

  private connect(url: string): void {
    const options = {
      ...ANSWERS_SOON,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      retryStrategy: (times: number) => Math.min(times * 200, 2000),
    };
    const publisher = new Redis(url, options);
    const subscriber = new Redis(url, { ...options, enableOfflineQueue: true });
    for (const client of [publisher, subscriber]) {
      noticeSilence(client).on('error', () => this.setSubscribed(false));
      client.on('close', () => {
        this.setSubscribed(false);
        // The others are told at once that no hints come, not with the next poll.
        this.polls.wake();
      });
    }
    subscriber.on('ready', () => {
      subscriber.subscribe(this.channel).then(
        () => this.setSubscribed(true),
        () => this.setSubscribed(false),
      );
    });
    subscriber.on('message', (_, message) => this.receiveHint(message));
    this.publisher = publisher;
    this.subscriber = subscriber;
    this.hub.onPublished((chatId) => this.sendHint(chatId));
  }

  /** Whether the hints of this instance reach Redis; without Redis all instances poll. */
  private get isMute(): boolean {
    return this.publisher !== null && this.publisher.status !== 'ready';
  }

  /** Hints may have been lost before the change: the next poll may not wait for the longer pause. */
  private setSubscribed(isSubscribed: boolean): void {
    if (this.isSubscribed === isSubscribed) return;
    this.isSubscribed = isSubscribed;
    this.polledAt = -Infinity;
    this.polls.wake();
  }

  /** Hints for the chats written in one iteration of the event loop go out as one message. */
  private sendHint(chatId: string): void {
    if (this.pending.add(chatId).size > 1) return;
    setImmediate(() => {
      const chatIds = [...this.pending];
      this.pending.clear();
      this.publisher?.publish(this.channel, [this.instanceId, ...chatIds].join(' ')).catch(() => undefined);
    });
  }

  private receiveHint(message: string): void {
    const [sender, ...chatIds] = message.split(' ');
    if (sender === this.instanceId) return;
    for (const chatId of chatIds) this.hub.notifyWritten(chatId);
    this.revokeStaleTurns(new Set(chatIds)).catch((error: unknown) =>
      this.logger.warn({ err: error }, 'Own turns could not be checked'),
    );
  }

  /** Another instance wrote into a chat whose turn runs here: it may have changed the owner. */
  private async revokeStaleTurns(written: ReadonlySet<string>): Promise<void> {
    const own = this.live.chatIds().filter((chatId) => written.has(chatId));
    const heads = new Map((await this.log.findHeads(own)).map((head) => [head.chatId, head]));
    for (const chatId of own) this.live.revokeOthers(chatId, heads.get(chatId)?.runningTurnId ?? null);
  }

  /** One small query, usually without a result; none while no turn runs here or Redis is connected. */
  private async checkOwnTurns(): Promise<void> {
    if (this.isSubscribed) return;
    for (const turnId of await this.leases.findEnded(this.live.turnIds())) this.live.revoke(turnId);
  }

  /** With Redis, hints make most polls needless: unless an instance is cut off from it, which it tells the others here. */
  private async pollIfDue(): Promise<void> {
    if (this.isMute) await this.jobLeases.hold(HINTS_MISSING, MISSING_MS);
    const isRecent = performance.now() - this.polledAt < POLL_WITH_REDIS_MS;
    if (this.isSubscribed && isRecent && !(await this.jobLeases.isHeld(HINTS_MISSING))) return;
    await this.poll();
    this.polledAt = performance.now();
  }

  /** Wakes the readers that have missed events, and those of turns that other instances run; own turns are published from memory. */
  private async poll(): Promise<void> {
    const chatIds = [...new Set([...this.hub.readChatIds(), ...this.live.chatIds()])];
    const heads = await this.log.findHeads(chatIds);
    for (const head of heads) {
      this.live.revokeOthers(head.chatId, head.runningTurnId);
      const runsElsewhere = head.runningTurnId !== null && !this.live.has(head.runningTurnId);
      this.hub.wake(head.chatId, runsElsewhere ? undefined : head.lastSeq);
    }
    const existing = new Set(heads.map(({ chatId }) => chatId));
    for (const chatId of chatIds) if (!existing.has(chatId)) this.endDeleted(chatId);
  }

  /** Another instance has deleted the chat. */
  private endDeleted(chatId: string): void {
    this.live.revokeOthers(chatId, null);
    this.hub.notifyDeleted(chatId);
  }
}
