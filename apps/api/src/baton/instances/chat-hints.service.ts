import { AppConfig, WorkLoop } from '@app/common';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { uuidv7 } from 'uuidv7';
import { ChatLogHub } from '../log/chat-log.hub.js';
import { ChatLogRepository } from '../log/chat-log.repository.js';
import { TurnLeasesRepository } from '../turns/turn-leases.repository.js';
import { TurnRunner } from '../turns/running/turn-runner.service.js';

const CHANNEL = 'baton:chats';
const POLL_MS = 1_000;
const POLL_WITH_REDIS_MS = 15_000;
/** Without Redis, while turns run here: a bot must be silent soon after somebody took its chat over elsewhere. */
const CHECK_OWN_TURNS_MS = 100;

/**
 * How readers hear of what other instances write: Redis carries wake-ups (never content), and the database is polled besides, so that
 * without Redis, or when it fails, everything arrives a second later and nothing is lost.
 */
@Injectable()
export class ChatHints implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ChatHints.name);
  private readonly instanceId = uuidv7();
  private readonly toTell = new Set<string>();
  private publisher: Redis | null = null;
  private subscriber: Redis | null = null;
  private isHearing = false;
  private readonly polls = new WorkLoop(
    'Reading what other instances wrote',
    () => (this.isHearing ? POLL_WITH_REDIS_MS : POLL_MS),
    () => this.poll(),
  );
  private readonly checks = new WorkLoop('Checking own turns', CHECK_OWN_TURNS_MS, () => this.checkOwnTurns());

  constructor(
    private readonly config: AppConfig,
    private readonly hub: ChatLogHub,
    private readonly log: ChatLogRepository,
    private readonly leases: TurnLeasesRepository,
    private readonly runner: TurnRunner,
  ) {}

  onApplicationBootstrap(): void {
    // An embedded database has no other instance that could write.
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
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      retryStrategy: (times: number) => Math.min(times * 200, 2000),
    };
    const publisher = new Redis(url, options);
    const subscriber = new Redis(url, { ...options, enableOfflineQueue: true });
    for (const client of [publisher, subscriber]) client.on('error', () => this.setHearing(false));
    subscriber.on('ready', () => {
      subscriber.subscribe(CHANNEL).then(
        () => this.setHearing(true),
        () => this.setHearing(false),
      );
    });
    subscriber.on('message', (_, message) => this.hear(message));
    this.publisher = publisher;
    this.subscriber = subscriber;
    this.hub.afterPublish((chatId) => this.tell(chatId));
  }

  /** Without Redis the next poll may not wait for the longer pause. */
  private setHearing(isHearing: boolean): void {
    const isLost = this.isHearing && !isHearing;
    this.isHearing = isHearing;
    if (isLost) this.polls.wake();
  }

  /** The chats that were written in one turn of the event loop go out as one message. */
  private tell(chatId: string): void {
    if (this.toTell.add(chatId).size > 1) return;
    setImmediate(() => {
      const chatIds = [...this.toTell];
      this.toTell.clear();
      this.publisher?.publish(CHANNEL, [this.instanceId, ...chatIds].join(' ')).catch(() => undefined);
    });
  }

  private hear(message: string): void {
    const [sender, ...chatIds] = message.split(' ');
    if (sender === this.instanceId) return;
    for (const chatId of chatIds) this.hub.hear(chatId);
    this.lookAtOwnTurns(new Set(chatIds)).catch((error: unknown) =>
      this.logger.warn({ err: error }, 'A look at own turns failed'),
    );
  }

  /** Another instance wrote into a chat whose turn runs here: it may have passed the baton on. */
  private async lookAtOwnTurns(written: ReadonlySet<string>): Promise<void> {
    const own = this.runner.runningChatIds().filter((chatId) => written.has(chatId));
    const heads = new Map((await this.log.findHeads(own)).map((head) => [head.chatId, head]));
    for (const chatId of own) this.runner.fenceOff(chatId, heads.get(chatId)?.runningTurnId ?? null);
  }

  /** One small query, whose answer is empty as a rule; none while nothing runs here or Redis tells. */
  private async checkOwnTurns(): Promise<void> {
    if (this.isHearing) return;
    for (const turnId of await this.leases.findEnded(this.runner.runningTurnIds()))
      this.runner.stopTurn(turnId, { kind: 'fenced' });
  }

  /** Wakes the readers that have missed events, and those of turns that another instance runs: what this one runs they are told. */
  private async poll(): Promise<void> {
    const chatIds = [...new Set([...this.hub.readChatIds(), ...this.runner.runningChatIds()])];
    const heads = await this.log.findHeads(chatIds);
    for (const head of heads) {
      this.runner.fenceOff(head.chatId, head.runningTurnId);
      const runsElsewhere = head.runningTurnId !== null && !this.runner.isRunning(head.runningTurnId);
      this.hub.wake(head.chatId, runsElsewhere ? undefined : head.lastSeq);
    }
    const there = new Set(heads.map(({ chatId }) => chatId));
    for (const chatId of chatIds) if (!there.has(chatId)) this.letGo(chatId);
  }

  /** Another instance has deleted the chat. */
  private letGo(chatId: string): void {
    this.runner.fenceOff(chatId, null);
    this.hub.end(chatId);
  }
}
