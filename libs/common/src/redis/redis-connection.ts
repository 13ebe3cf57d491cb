import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { AppConfig } from '../config/app-config.js';
import { ANSWERS_SOON, noticeSilence } from './redis-silence.js';

const COMMAND_TIMEOUT_MS = 500;
const LONGEST_PAUSE_MS = 5000;

/**
 * The one connection to Redis, or none. Commands fail fast while Redis is away, so that no request waits for what is optional; the
 * connection comes back by itself. Who subscribes takes a connection of its own: {@link openAnother}.
 */
@Injectable()
export class RedisConnection implements OnApplicationShutdown {
  readonly client: Redis | null;
  readonly prefix: string;
  private readonly logger = new Logger('Redis');
  private isComplaining = false;

  constructor({ redisUrl, redisPrefix }: AppConfig) {
    this.prefix = redisPrefix;
    this.client = redisUrl === null ? null : this.connect(redisUrl);
  }

  get isUp(): boolean {
    return this.client?.status === 'ready';
  }

  /** Null without Redis. The caller closes it. */
  openAnother(): Redis | null {
    return this.client && noticeSilence(this.client.duplicate());
  }

  private connect(url: string): Redis {
    const client = new Redis(url, {
      ...ANSWERS_SOON,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy: (attempt) => Math.min(attempt * 200, LONGEST_PAUSE_MS),
    });
    client.on('error', (error: Error & { code?: string }) => {
      if (this.isComplaining) return;
      this.isComplaining = true;
      this.logger.warn(`Redis is not reachable (${error.code ?? error.name}); the server goes on without it.`);
    });
    client.on('ready', () => {
      if (this.isComplaining) this.logger.log('Redis is back.');
      this.isComplaining = false;
    });
    return noticeSilence(client);
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}
