import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { CacheInvalidations } from './cache-invalidations.js';
import { memoryStore } from './cache-store.js';
import { CacheController } from './cache.controller.js';
import { CacheService } from './cache.service.js';

@Module({
  imports: [NestCacheModule.registerAsync({ useFactory: () => ({ stores: [memoryStore()] }) })],
  controllers: [CacheController],
  providers: [CacheService, CacheInvalidations],
  exports: [CacheService],
})
export class CacheModule {}
