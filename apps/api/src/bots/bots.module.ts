import { Bot, BotFact, BotLink, BotLogin, Feedback, StoredFile, StoredFileChunk, SystemState } from '@app/database';
import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminModule } from '../admin/admin.module.js';
import { CacheModule } from '../cache/cache.module.js';
import { BotFactsRepository } from './bot-facts.repository.js';
import { BotStateRepository } from './bot-state.repository.js';
import { BotStopService } from './bot-stop.service.js';
import { BotsBootstrapService } from './bots-bootstrap.service.js';
import { BotsRepository } from './bots.repository.js';
import { BotsService } from './bots.service.js';

const ENTITIES = [Bot, BotFact, BotLink, BotLogin, Feedback, StoredFile, StoredFileChunk, SystemState];

@Module({
  imports: [AdminModule, CacheModule, OpenAiModule, TypeOrmModule.forFeature(ENTITIES)],
  providers: [
    BotsService,
    BotsRepository,
    BotFactsRepository,
    BotStateRepository,
    BotStopService,
    BotsBootstrapService,
  ],
  exports: [BotsService, BotStopService],
})
export class BotsModule {}
