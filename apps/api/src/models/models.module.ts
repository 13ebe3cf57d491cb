import {
  Bot,
  JobLeasesRepository,
  OpenAiService,
  ServiceProbe,
  ServiceTrouble,
  SystemState,
  BotFallback,
} from '@app/database';
import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountingModule } from '../accounting/index.js';
import { CacheModule } from '../cache/index.js';
import { ModelCallsService } from './calls/model-calls.service.js';
import { ServiceGates } from './calls/service-gates.js';
import { DefaultModelService } from './defaults/default-model-service.service.js';
import { DefaultServiceRepository } from './defaults/default-service.repository.js';
import { FirstModelService } from './defaults/first-model-service.service.js';
import { ServiceHealthService } from './health/service-health.service.js';
import { ServiceTroublesRepository } from './health/service-troubles.repository.js';
import { OpenAiServiceToolsController } from './probes/openai-service-tools.controller.js';
import { ModelTargetsService } from './services/model-targets.service.js';
import { OpenAiServicesController } from './services/openai-services.controller.js';
import { OpenAiServicesRepository } from './services/openai-services.repository.js';
import { OpenAiServicesService } from './services/openai-services.service.js';
import { ProbeScheduleService } from './probes/probe-schedule.service.js';
import { ModelShutdownsController } from './shutdowns/model-shutdowns.controller.js';
import { ShutdownAlarmsService } from './shutdowns/shutdown-alarms.service.js';
import { ShutdownRadarRepository } from './shutdowns/shutdown-radar.repository.js';
import { ShutdownRadarService } from './shutdowns/shutdown-radar.service.js';
import { ServiceStatusService } from './services/service-status.service.js';
import { ServiceSupportService } from './probes/service-support.service.js';
import { SecretsModule } from '../secrets/index.js';
import { ServiceChangesService } from './services/service-changes.service.js';
import { ConnectionExtrasService } from './connections/connection-extras.service.js';
import { ServiceConnectionController } from './connections/service-connection.controller.js';
import { ServiceConnectionSettingsService } from './connections/service-connection-settings.service.js';
import { ServiceConnectionsService } from './connections/service-connections.service.js';
import { ServicePricesService } from './prices/service-prices.service.js';
import { ServiceProbesRepository } from './probes/service-probes.repository.js';
import { ServiceProbesService } from './probes/service-probes.service.js';

@Module({
  imports: [
    AccountingModule,
    CacheModule,
    OpenAiModule,
    SecretsModule,
    TypeOrmModule.forFeature([OpenAiService, ServiceProbe, ServiceTrouble, Bot, BotFallback, SystemState]),
  ],
  controllers: [
    OpenAiServicesController,
    OpenAiServiceToolsController,
    ServiceConnectionController,
    ModelShutdownsController,
  ],
  providers: [
    OpenAiServicesService,
    OpenAiServicesRepository,
    DefaultModelService,
    DefaultServiceRepository,
    FirstModelService,
    JobLeasesRepository,
    ModelCallsService,
    ModelTargetsService,
    ProbeScheduleService,
    ServiceChangesService,
    ConnectionExtrasService,
    ServiceConnectionSettingsService,
    ServiceConnectionsService,
    ServiceGates,
    ServiceHealthService,
    ServicePricesService,
    ServiceStatusService,
    ServiceSupportService,
    ShutdownAlarmsService,
    ShutdownRadarRepository,
    ShutdownRadarService,
    ServiceProbesRepository,
    ServiceProbesService,
    ServiceTroublesRepository,
  ],
  exports: [
    FirstModelService,
    ModelCallsService,
    ModelTargetsService,
    OpenAiServicesService,
    ServiceHealthService,
    ServiceSupportService,
    ShutdownRadarService,
  ],
})
export class ModelsModule {}
