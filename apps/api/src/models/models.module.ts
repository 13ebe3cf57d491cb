import { Bot, OpenAiService, Price } from '@app/database';
import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheModule } from '../cache/index.js';
import { OpenAiServiceToolsController } from './openai-service-tools.controller.js';
import { OpenAiServicesController } from './openai-services.controller.js';
import { OpenAiServicesRepository } from './openai-services.repository.js';
import { OpenAiServicesService } from './openai-services.service.js';
import { PricesRepository } from './prices.repository.js';
import { SecretsModule } from '../secrets/index.js';
import { ServiceConnectionsService } from './service-connections.service.js';
import { ServicePricesService } from './service-prices.service.js';
import { ServiceProbesService } from './service-probes.service.js';

@Module({
  imports: [CacheModule, OpenAiModule, SecretsModule, TypeOrmModule.forFeature([OpenAiService, Price, Bot])],
  controllers: [OpenAiServicesController, OpenAiServiceToolsController],
  providers: [
    OpenAiServicesService,
    OpenAiServicesRepository,
    PricesRepository,
    ServiceConnectionsService,
    ServicePricesService,
    ServiceProbesService,
  ],
  exports: [OpenAiServicesService],
})
export class ModelsModule {}
