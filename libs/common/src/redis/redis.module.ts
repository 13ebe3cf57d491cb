import { Global, Module } from '@nestjs/common';
import { RedisConnection } from './redis-connection.js';

/** Redis, where there is one; nothing depends on it. */
@Global()
@Module({ providers: [RedisConnection], exports: [RedisConnection] })
export class RedisModule {}
