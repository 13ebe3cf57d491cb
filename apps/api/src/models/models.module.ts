import { Bot, OpenAiService, Price } from '@app/database';
import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheModule } from '../cache/cache.module.js';
import { OpenAiServiceToolsController } from './openai-service-tools.controller.js';
import { OpenAiServicesController } from './openai-services.controller.js';
import { OpenAiServicesRepository } from './openai-services.repository.js';
import { OpenAiServicesService } from './openai-services.service.js';
import { PricesRepository } from './prices.repository.js';
import { SecretsService } from '../secrets/secrets.service.js';
import { ServiceConnectionsService } from './service-connections.service.js';
import { ServicePricesService } from './service-prices.service.js';
import { ServiceProbesService } from './service-probes.service.js';

@Module({
  imports: [CacheModule, OpenAiModule, TypeOrmModule.forFeature([OpenAiService, Price, Bot])],
  controllers: [OpenAiServicesController, OpenAiServiceToolsController],
  providers: [
    OpenAiServicesService,
    OpenAiServicesRepository,
    PricesRepository,
    SecretsService,
    ServiceConnectionsService,
    ServicePricesService,
    ServiceProbesService,
  ],
  exports: [OpenAiServicesService, SecretsService],
})
export class AdminModule {}
