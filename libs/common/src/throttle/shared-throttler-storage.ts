import { ThrottlerStorageRedisService } from '@nest-lab/throttler-storage-redis';
import type { OnApplicationShutdown } from '@nestjs/common';
import { ThrottlerStorageService, type ThrottlerStorage } from '@nestjs/throttler';
import type { RedisConnection } from '../redis/redis-connection.js';

type Limits = Parameters<ThrottlerStorage['increment']> extends [string, ...infer Rest] ? Rest : never;
type Counted = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Counts in Redis, so that instances share a limit; while Redis is away every instance counts for itself. */
export class SharedThrottlerStorage implements ThrottlerStorage, OnApplicationShutdown {
  private readonly memory = new ThrottlerStorageService();
  private readonly shared: ThrottlerStorageRedisService | null;

  constructor(private readonly redis: RedisConnection) {
    this.shared = redis.client === null ? null : new ThrottlerStorageRedisService(redis.client);
  }

  async increment(key: string, ...limits: Limits): Promise<Counted> {
    if (this.shared !== null && this.redis.isUp) {
      try {
        return await this.shared.increment(`${this.redis.prefix}:limit:${key}`, ...limits);
      } catch {
        // Counted below: a limit is not worth a failed request.
      }
    }
    return this.memory.increment(key, ...limits);
  }

  onApplicationShutdown(): void {
    this.memory.onApplicationShutdown();
  }
}
