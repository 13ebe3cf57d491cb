import { RedisConnection } from '@app/common';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';

/** What an instance has forgotten and the others must forget too. Without a key: the whole area. Without an area: everything. */
export interface Invalidation {
  area?: string;
  key?: string;
}

/**
 * Tells the other instances what to forget, through Redis. Losing Redis never fails a caller: listeners are told to forget
 * everything when the line goes dead, and what could not be said is made up for by one "forget everything" when it is back.
 */
@Injectable()
export class CacheInvalidations implements OnApplicationShutdown {
  private readonly logger = new Logger(CacheInvalidations.name);
  private readonly instance = randomUUID();
  private readonly channel: string;
  private subscriber: Redis | null = null;
  private isSubscribed = false;
  private isBehind = false;

  constructor(private readonly redis: RedisConnection) {
    this.channel = `${redis.prefix}:cache`;
  }

  /** Whether word from the other instances reaches this one at the moment. */
  get isConnected(): boolean {
    return this.isSubscribed;
  }

  listen(onForget: (invalidation: Invalidation) => void): void {
    const subscriber = (this.subscriber = this.redis.openAnother());
    if (subscriber === null) return;
    this.redis.client?.on('ready', () => this.catchUp());
    // The connection for commands complains for both.
    subscriber.on('error', () => undefined);
    subscriber.on('ready', () => void this.subscribe(subscriber, onForget));
    subscriber.on('message', (_channel: string, message: string) => this.receive(message, onForget));
    subscriber.on('close', () => {
      if (this.isSubscribed) onForget({});
      this.isSubscribed = false;
    });
  }

  publish(invalidation: Invalidation): void {
    this.redis.client?.publish(this.channel, JSON.stringify({ ...invalidation, from: this.instance })).catch(() => {
      this.isBehind = true;
    });
  }

  onApplicationShutdown(): void {
    this.subscriber?.disconnect();
  }

  private catchUp(): void {
    if (!this.isBehind) return;
    this.isBehind = false;
    this.publish({});
  }

  private async subscribe(subscriber: Redis, onForget: (invalidation: Invalidation) => void): Promise<void> {
    try {
      await subscriber.subscribe(this.channel);
      this.isSubscribed = true;
      // What was published while this instance did not listen is unknown.
      onForget({});
    } catch (error) {
      this.logger.warn(`Redis takes no subscription: ${(error as Error).message}`);
    }
  }

  private receive(message: string, onForget: (invalidation: Invalidation) => void): void {
    try {
      const { from, area, key } = JSON.parse(message) as Invalidation & { from: string };
      if (from !== this.instance) onForget({ area, key });
    } catch {
      onForget({});
    }
  }
}
