import { AppConfigModule, LoggingModule, MetricsModule, RedisModule, ThrottleModule } from '@app/common';
import { DatabaseModule } from '@app/database';
import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { ScheduleModule } from '@nestjs/schedule';
import { AdminModule } from './models/models.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { BatonModule } from './baton/baton.module.js';
import { BotsModule } from './bots/bots.module.js';
import { CacheModule } from './cache/cache.module.js';
import { ChannelsModule } from './channels/channels.module.js';
import { ChatsModule } from './chats/chats.module.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { StatisticsModule } from './statistics/statistics.module.js';
import { SystemModule } from './system/system.module.js';
import { TakeoverModule } from './takeover/takeover.module.js';
import { UsersModule } from './users/users.module.js';

/** The list of feature modules; a test starts exactly this. Global guards run in the order of this list. */
@Module({
  imports: [
    AppConfigModule,
    LoggingModule,
    MetricsModule,
    RedisModule,
    EventEmitterModule.forRoot(),
    ScheduleModule.forRoot(),
    DatabaseModule,
    // Who is calling must be known before anything is counted.
    AuthModule,
    ThrottleModule,
    // What is only played back is not done again.
    IdempotencyModule,
    AuditModule,
    SystemModule,
    CacheModule,
    UsersModule,
    AdminModule,
    BotsModule,
    BatonModule,
    ChatsModule,
    TakeoverModule,
    ChannelsModule,
    StatisticsModule,
  ],
})
export class AppModule {}
