import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { AppConfig } from '../config/app-config.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { CallerThrottlerGuard } from './caller-throttler.guard.js';
import { AddressThrottle } from './address-throttle.js';
import { SharedThrottlerStorage } from './shared-throttler-storage.js';

const MINUTE_MS = 60_000;

/**
 * Requests per minute and caller. Global guards run in the order in which the root module imports their modules: this one must
 * come after the module that finds out who is calling.
 */
@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [AppConfig, RedisConnection],
      useFactory: (config: AppConfig, redis: RedisConnection) => ({
        throttlers: [{ ttl: MINUTE_MS, limit: config.throttle.limit }],
        storage: new SharedThrottlerStorage(redis),
      }),
    }),
  ],
  providers: [AddressThrottle, { provide: APP_GUARD, useClass: CallerThrottlerGuard }],
  exports: [AddressThrottle],
})
export class ThrottleModule {}
