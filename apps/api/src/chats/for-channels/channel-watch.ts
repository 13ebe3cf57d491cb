import { AppConfig, WorkLoop } from '@app/common';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ChatLogService } from '../../baton/index.js';
import { ChannelChatsRepository } from './channel-chats.repository.js';
import { ChannelFollower, type ChannelReader } from './channel-follower.js';
import type { ChatChannel } from '../chat/chats.repository.js';

const POLL_MS = 1000;
/** Polls between two searches for deleted chats. */
const DELETED_EVERY = 5;

/** Notifies readers of changes in the chats of a channel, made on any surface and instance. Idle without readers. */
@Injectable()
export class ChannelWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ChannelWatch.name);
  private readonly followers = new Map<ChatChannel, ChannelFollower>();
  private readonly starting = new Map<ChannelFollower, Promise<void>>();
  private readonly loop = new WorkLoop('Reading the chats of the channels', POLL_MS, () => this.poll());
  private polls = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly chats: ChannelChatsRepository,
    private readonly log: ChatLogService,
  ) {}

  onApplicationBootstrap(): void {
    this.log.onChanged((chatId) => {
      for (const follower of this.followers.values()) follower.refresh(chatId);
    });
    // An embedded database has no other instance that could write.
    if (this.config.database.url !== null) this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    const followers = [...this.followers.values()];
    this.followers.clear();
    await this.loop.stop();
    await Promise.all(followers.map((follower) => follower.settled()));
  }

  /** When this returns, the reader is notified of every later change. Returns a function that ends it. */
  async follow(channel: ChatChannel, reader: ChannelReader): Promise<() => void> {
    const follower = this.followers.get(channel) ?? this.open(channel);
    follower.readers.add(reader);
    const unfollow = (): void => {
      follower.readers.delete(reader);
      if (follower.readers.size === 0 && this.followers.get(channel) === follower) this.followers.delete(channel);
    };
    try {
      await this.starting.get(follower);
    } catch (error) {
      unfollow();
      throw error;
    }
    return unfollow;
  }

  private open(channel: ChatChannel): ChannelFollower {
    const follower = new ChannelFollower(channel, this.chats, this.log, (error) => this.warn(error));
    this.followers.set(channel, follower);
    this.starting.set(
      follower,
      follower.start().finally(() => this.starting.delete(follower)),
    );
    return follower;
  }

  private async poll(): Promise<void> {
    this.polls++;
    for (const follower of this.followers.values()) {
      await follower.findChanged();
      if (this.polls % DELETED_EVERY === 0) await follower.findDeleted();
    }
  }

  private warn(error: unknown): void {
    this.logger.warn({ err: error }, 'The chats of a channel could not be read; trying again');
  }
}
