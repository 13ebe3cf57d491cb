import {
  Bot,
  BotFact,
  BotLink,
  BotLogin,
  BotTool,
  Feedback,
  StoredFile,
  StoredFileChunk,
  SystemState,
} from '@app/database';
import { OpenAiModule } from '@app/openai';
import { OutboundModule } from '@app/outbound';
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
import { AdminBotConfigurationController } from './admin-bot-configuration.controller.js';
import { AdminBotFactsController } from './admin-bot-facts.controller.js';
import { AdminBotFeedbackController } from './admin-bot-feedback.controller.js';
import { AdminBotToolsController } from './admin-bot-tools.controller.js';
import { AdminBotsController } from './admin-bots.controller.js';
import { AdminStartBotsController } from './admin-start-bots.controller.js';
import { BotAccessService } from './bot-access.service.js';
import { BotAdministrationService } from './bot-administration.service.js';
import { BotConfigurationService } from './bot-configuration.service.js';
import { BotFactsService } from './bot-facts.service.js';
import { BotSettingsRepository } from './bot-settings.repository.js';
import { BotSettingsService } from './bot-settings.service.js';
import { BotImagesRepository } from './bot-images.repository.js';
import { BotImagesService } from './bot-images.service.js';
import { BotLinksRepository } from './bot-links.repository.js';
import { BotSearchService } from './bot-search.service.js';
import { BotToolsRepository } from './bot-tools.repository.js';
import { BotToolsService } from './bot-tools.service.js';
import { BotsController } from './bots.controller.js';
import { FeedbackRepository } from './feedback.repository.js';
import { FeedbackService } from './feedback.service.js';
import { PublicBotsRepository } from './public-bots.repository.js';
import { PublicBotsService } from './public-bots.service.js';
import { StartBotsService } from './start-bots.service.js';
import { ToolCallsService } from './tool-calls.service.js';
import { ToolHeadersService } from './tool-headers.service.js';
import { ToolTrialsService } from './tool-trials.service.js';

const ENTITIES = [Bot, BotFact, BotLink, BotLogin, BotTool, Feedback, StoredFile, StoredFileChunk, SystemState];

@Module({
  imports: [AdminModule, CacheModule, OpenAiModule, OutboundModule, TypeOrmModule.forFeature(ENTITIES)],
  controllers: [
    BotsController,
    AdminBotsController,
    AdminStartBotsController,
    AdminBotFactsController,
    AdminBotFeedbackController,
    AdminBotConfigurationController,
    AdminBotToolsController,
  ],
  providers: [
    BotsService,
    BotsRepository,
    BotFactsRepository,
    BotStateRepository,
    BotStopService,
    BotsBootstrapService,
    BotAccessService,
    BotAdministrationService,
    BotConfigurationService,
    BotFactsService,
    BotImagesRepository,
    BotSettingsRepository,
    BotSettingsService,
    BotImagesService,
    BotLinksRepository,
    BotSearchService,
    BotToolsRepository,
    BotToolsService,
    FeedbackRepository,
    FeedbackService,
    PublicBotsRepository,
    PublicBotsService,
    StartBotsService,
    ToolCallsService,
    ToolHeadersService,
    ToolTrialsService,
  ],
  exports: [
    BotAdministrationService,
    BotSettingsService,
    BotsService,
    BotStopService,
    BotSearchService,
    BotToolsService,
    FeedbackService,
    PublicBotsService,
    ToolCallsService,
  ],
})
export class BotsModule {}
