import {
  Bot,
  BotFact,
  BotFallback,
  BotLink,
  BotLogin,
  BotTool,
  Feedback,
  StoredFile,
  StoredFileChunk,
  SystemState,
} from '@app/database';
import { OutboundModule } from '@app/outbound';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountingModule } from '../accounting/index.js';
import { ModelsModule } from '../models/index.js';
import { CacheModule } from '../cache/index.js';
import { SecretsModule } from '../secrets/index.js';
import { BotFactsRepository } from './facts/bot-facts.repository.js';
import { BotFallbacksRepository } from './profile/bot-fallbacks.repository.js';
import { BotStateRepository } from './profile/bot-state.repository.js';
import { BotStopService } from './profile/bot-stop.service.js';
import { BotsBootstrapService } from './profile/bots-bootstrap.service.js';
import { BotsRepository } from './profile/bots.repository.js';
import { BotsService } from './profile/bots.service.js';
import { AdminBotConfigurationController } from './configuration/admin-bot-configuration.controller.js';
import { AdminBotFactsController } from './facts/admin-bot-facts.controller.js';
import { AdminBotFeedbackController } from './feedback/admin-bot-feedback.controller.js';
import { AdminBotToolsController } from './tools/admin-bot-tools.controller.js';
import { AdminBotsController } from './administration/admin-bots.controller.js';
import { AdminStartBotsController } from './start-bots/admin-start-bots.controller.js';
import { BotAccessService } from './profile/bot-access.service.js';
import { BotAdministrationService } from './administration/bot-administration.service.js';
import { BotServicesService } from './administration/bot-services.service.js';
import { BotConfigurationService } from './configuration/bot-configuration.service.js';
import { BotDemandsService } from './demands/bot-demands.service.js';
import { ModelWarningsService } from './demands/model-warnings.service.js';
import { BotFactsService } from './facts/bot-facts.service.js';
import { AdminBotParametersController } from './parameters/admin-bot-parameters.controller.js';
import { BotParametersService } from './parameters/bot-parameters.service.js';
import { ParameterSupportService } from './parameters/parameter-support.service.js';
import { RequestParametersService } from './parameters/request-parameters.service.js';
import { BotSettingsRepository } from './profile/bot-settings.repository.js';
import { BotSettingsService } from './profile/bot-settings.service.js';
import { BotImagesRepository } from './images/bot-images.repository.js';
import { BotImagesService } from './images/bot-images.service.js';
import { BotLinksRepository } from './start-bots/bot-links.repository.js';
import { BotSearchService } from './start-bots/bot-search.service.js';
import { BotToolsRepository } from './tools/bot-tools.repository.js';
import { BotToolsService } from './tools/bot-tools.service.js';
import { BotsController } from './profile/bots.controller.js';
import { FeedbackRepository } from './feedback/feedback.repository.js';
import { FeedbackService } from './feedback/feedback.service.js';
import { PublicBotsRepository } from './profile/public-bots.repository.js';
import { PublicBotsService } from './profile/public-bots.service.js';
import { StartBotsService } from './start-bots/start-bots.service.js';
import { ToolCallsService } from './tools/tool-calls.service.js';
import { ToolAddressesService } from './tools/tool-addresses.service.js';
import { ToolHeadersService } from './tools/tool-headers.service.js';
import { ToolTrialsService } from './tools/tool-trials.service.js';

const ENTITIES = [
  Bot,
  BotFact,
  BotFallback,
  BotLink,
  BotLogin,
  BotTool,
  Feedback,
  StoredFile,
  StoredFileChunk,
  SystemState,
];

@Module({
  imports: [
    AccountingModule,
    ModelsModule,
    CacheModule,
    OutboundModule,
    SecretsModule,
    TypeOrmModule.forFeature(ENTITIES),
  ],
  controllers: [
    BotsController,
    AdminBotsController,
    AdminStartBotsController,
    AdminBotFactsController,
    AdminBotFeedbackController,
    AdminBotConfigurationController,
    AdminBotParametersController,
    AdminBotToolsController,
  ],
  providers: [
    BotsService,
    BotsRepository,
    BotFallbacksRepository,
    BotServicesService,
    BotFactsRepository,
    BotStateRepository,
    BotStopService,
    BotsBootstrapService,
    BotAccessService,
    BotAdministrationService,
    BotConfigurationService,
    BotDemandsService,
    BotFactsService,
    BotImagesRepository,
    BotSettingsRepository,
    BotSettingsService,
    BotImagesService,
    BotLinksRepository,
    BotParametersService,
    BotSearchService,
    BotToolsRepository,
    BotToolsService,
    FeedbackRepository,
    FeedbackService,
    ModelWarningsService,
    ParameterSupportService,
    PublicBotsRepository,
    PublicBotsService,
    RequestParametersService,
    StartBotsService,
    ToolCallsService,
    ToolAddressesService,
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
    RequestParametersService,
    ToolCallsService,
  ],
})
export class BotsModule {}
