import { AppConfigModule, LoggingModule, MetricsModule, RedisModule, ThrottleModule, TracingModule } from '@app/common';
import { DatabaseModule } from '@app/database';
import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { ScheduleModule } from '@nestjs/schedule';
import { ModelsModule } from './models/index.js';
import { AuditModule } from './audit/index.js';
import { AuthModule } from './auth/index.js';
import { BatonModule } from './baton/index.js';
import { BotsModule } from './bots/index.js';
import { CacheModule } from './cache/index.js';
import { CHANNEL_ENVIRONMENTS, ChannelsModule } from './channels/channels.module.js';
import { ChatsModule } from './chats/index.js';
import { ConsoleModule } from './console/index.js';
import { IdempotencyModule } from './idempotency/index.js';
import { StatisticsModule } from './statistics/index.js';
import { SECRET_TABLES } from './secret-tables.js';
import { EncryptionKeysModule } from './secrets/index.js';
import { SystemModule } from './system/index.js';
import { TakeoverModule } from './takeover/index.js';
import { UsersModule } from './users/index.js';

/** The list of feature modules; a test starts exactly this. Global guards run in the order of this list. */
@Module({
  imports: [
    AppConfigModule.forRoot(CHANNEL_ENVIRONMENTS),
    LoggingModule,
    MetricsModule,
    TracingModule,
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
    EncryptionKeysModule.forRoot(SECRET_TABLES),
    SystemModule,
    CacheModule,
    UsersModule,
    ModelsModule,
    BotsModule,
    BatonModule,
    ChatsModule,
    TakeoverModule,
    ChannelsModule,
    StatisticsModule,
    ConsoleModule,
  ],
})
export class AppModule {}
