import { Bot, OpenAiService, Price, SystemState } from '@app/database';
import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheModule } from '../cache/index.js';
import { DefaultModelService } from './default-model-service.service.js';
import { DefaultServiceRepository } from './default-service.repository.js';
import { FirstModelService } from './first-model-service.service.js';
import { OpenAiServiceToolsController } from './openai-service-tools.controller.js';
import { OpenAiServicesController } from './openai-services.controller.js';
import { OpenAiServicesRepository } from './openai-services.repository.js';
import { OpenAiServicesService } from './openai-services.service.js';
import { PricesRepository } from './prices.repository.js';
import { SecretsModule } from '../secrets/index.js';
import { ServiceChangesService } from './service-changes.service.js';
import { ServiceConnectionsService } from './service-connections.service.js';
import { ServicePricesService } from './service-prices.service.js';
import { ServiceProbesService } from './service-probes.service.js';

@Module({
  imports: [
    CacheModule,
    OpenAiModule,
    SecretsModule,
    TypeOrmModule.forFeature([OpenAiService, Price, Bot, SystemState]),
  ],
  controllers: [OpenAiServicesController, OpenAiServiceToolsController],
  providers: [
    OpenAiServicesService,
    OpenAiServicesRepository,
    DefaultModelService,
    DefaultServiceRepository,
    FirstModelService,
    PricesRepository,
    ServiceChangesService,
    ServiceConnectionsService,
    ServicePricesService,
    ServiceProbesService,
  ],
  exports: [FirstModelService, OpenAiServicesService],
})
export class ModelsModule {}
