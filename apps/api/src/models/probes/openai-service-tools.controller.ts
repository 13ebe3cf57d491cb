import { Access, ApiProblems, Audited, IdPipe } from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { DefaultModelService } from '../defaults/default-model-service.service.js';
import { ModelPricesDto, ServiceProbeDto, ServiceModelsDto, ServiceStatusDto } from '../services/openai-service.dto.js';
import { ServiceStatusService } from '../services/service-status.service.js';
import { ServicePricesService } from '../prices/service-prices.service.js';
import { ServiceProbesService } from './service-probes.service.js';

const ServiceId = (): ParameterDecorator => Param('openAiServiceId', IdPipe('The service'));

@ApiTags('Admin')
@Controller('api/admin/openAiServices/:openAiServiceId')
@Access('admin')
export class OpenAiServiceToolsController {
  constructor(
    private readonly statuses: ServiceStatusService,
    private readonly defaults: DefaultModelService,
    private readonly probes: ServiceProbesService,
    private readonly prices: ServicePricesService,
  ) {}

  /** Returns the state of a service. What is chosen for it, what its probes found, how it works now, and which of its models end. */
  @Get('status')
  @ApiOkResponse({ type: ServiceStatusDto })
  @ApiProblems(404)
  getOpenAiServiceStatus(@ServiceId() openAiServiceId: string): Promise<ServiceStatusDto> {
    return this.statuses.get(openAiServiceId);
  }

  /**
   * Makes a service the default. Bots that name no service answer through it. It must be active, and stays so while it is the default.
   */
  @Put('default')
  @Audited('service.default_chosen', 'openAiServiceId')
  @ApiProblems(404, 409)
  updateDefaultOpenAiService(@ServiceId() openAiServiceId: string): Promise<void> {
    return this.defaults.choose(openAiServiceId);
  }

  /** Clears the choice of the default. The first active service is the default then. */
  @Delete('default')
  @Audited('service.default_cleared', 'openAiServiceId')
  @ApiProblems(404)
  deleteDefaultOpenAiService(@ServiceId() openAiServiceId: string): Promise<void> {
    return this.defaults.clear(openAiServiceId);
  }

  /** Probes the service, and stores and returns what it supports. A service that fails is an answer with a `problem`. */
  @Post('probe')
  @HttpCode(200)
  @ApiOkResponse({ type: ServiceProbeDto })
  @ApiProblems(404)
  probeOpenAiService(@ServiceId() openAiServiceId: string): Promise<ServiceProbeDto> {
    return this.probes.probe(openAiServiceId);
  }

  /** Lists the models that the service offers, with the day it stops serving them if it announces one. */
  @Get('models')
  @ApiOkResponse({ type: ServiceModelsDto })
  @ApiProblems(404, 502, 503, 504)
  getOpenAiServiceModels(@ServiceId() openAiServiceId: string): Promise<ServiceModelsDto> {
    return this.probes.listModels(openAiServiceId);
  }

  /** Returns the prices of the service's models. */
  @Get('prices')
  @ApiOkResponse({ type: ModelPricesDto })
  @ApiProblems(404)
  getOpenAiServicePrices(@ServiceId() openAiServiceId: string): Promise<ModelPricesDto> {
    return this.prices.get(openAiServiceId);
  }

  /** Replaces the prices of the service's models. */
  @Put('prices')
  @Audited('service.prices_changed', 'openAiServiceId')
  @ApiProblems(400, 404)
  updateOpenAiServicePrices(@ServiceId() openAiServiceId: string, @Body() dto: ModelPricesDto): Promise<void> {
    return this.prices.replace(openAiServiceId, dto);
  }
}
