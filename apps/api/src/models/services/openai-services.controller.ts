import { Access, ApiProblems, Audited, IdPipe, PagingQuery } from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  AdminCreateOpenAiServiceRequestDto,
  AdminUpdateOpenAiServiceRequestDto,
} from './openai-service-request.dto.js';
import {
  AdminGetOpenAiServiceResponseDto,
  AdminGetOpenAiServicesResponseItemDtoPagingResult,
} from './openai-service.dto.js';
import type { FastifyReply } from 'fastify';
import { ServicesHealthDto } from '../health/service-availability.dto.js';
import { OpenAiServicesService } from './openai-services.service.js';

const CONNECTION_IGNORED = '299 - "Endpoint and key were not changed: that needs isUpdateOpenAi"';
const IGNORED_CONNECTION = {
  Warning: {
    description: 'Endpoint or key would have changed, but `isUpdateOpenAi` was not true.',
    schema: { type: 'string', example: CONNECTION_IGNORED },
  },
} as const;

const isConnectionChange = (body: unknown): boolean =>
  (body as AdminUpdateOpenAiServiceRequestDto).isUpdateOpenAi === true;
const ServiceId = (): ParameterDecorator => Param('openAiServiceId', IdPipe('The service'));

@ApiTags('Admin')
@Controller('api/admin')
@Access('admin')
export class OpenAiServicesController {
  constructor(private readonly services: OpenAiServicesService) {}

  /** Lists the services that bots answer through. */
  @Get('openAiServices')
  @ApiOkResponse({ type: AdminGetOpenAiServicesResponseItemDtoPagingResult })
  @ApiProblems(400)
  getOpenAiServices(@Query() query: PagingQuery): Promise<AdminGetOpenAiServicesResponseItemDtoPagingResult> {
    return this.services.list(query);
  }

  /** Returns how well each service works. With the reason, and since when it is so. */
  @Get('openAiServices/health')
  @ApiOkResponse({ type: ServicesHealthDto })
  getOpenAiServicesHealth(): Promise<ServicesHealthDto> {
    return this.services.getHealth();
  }

  /** Creates a service and returns its id. The service is probed in the background. */
  @Post('openAiServices')
  @Audited('service.created', 'openAiServiceId')
  @HttpCode(200)
  @ApiOkResponse({ schema: { type: 'string', example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' } })
  @ApiProblems(400)
  createOpenAiService(@Body() dto: AdminCreateOpenAiServiceRequestDto): Promise<string> {
    return this.services.create(dto);
  }

  /** Returns a service. Its key is never shown. */
  @Get('openAiServices/:openAiServiceId')
  @ApiOkResponse({ type: AdminGetOpenAiServiceResponseDto })
  @ApiProblems(404)
  getOpenAiService(@ServiceId() openAiServiceId: string): Promise<AdminGetOpenAiServiceResponseDto> {
    return this.services.get(openAiServiceId);
  }

  /** Updates a service. Endpoint and key change only with `isUpdateOpenAi`. */
  @Put('openAiServices/:openAiServiceId')
  @Audited(
    ({ body }) => (isConnectionChange(body) ? 'service.connection_changed' : 'service.updated'),
    'openAiServiceId',
  )
  @ApiOkResponse({ headers: IGNORED_CONNECTION })
  @ApiProblems(400, 404, 409)
  async updateOpenAiService(
    @ServiceId() openAiServiceId: string,
    @Body() dto: AdminUpdateOpenAiServiceRequestDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { isConnectionIgnored } = await this.services.update(openAiServiceId, dto);
    if (isConnectionIgnored) reply.header('warning', CONNECTION_IGNORED);
  }

  /** Deletes a service that no bot uses. */
  @Delete('openAiService/:openAiServiceId')
  @Audited('service.deleted', 'openAiServiceId')
  @ApiProblems(404, 409)
  deleteOpenAiService(@ServiceId() openAiServiceId: string): Promise<void> {
    return this.services.delete(openAiServiceId);
  }

  /** Deletes a service that no bot uses. The same as the singular path. */
  @Delete('openAiServices/:openAiServiceId')
  @Audited('service.deleted', 'openAiServiceId')
  @ApiProblems(404, 409)
  deleteOpenAiServiceByPluralPath(@ServiceId() openAiServiceId: string): Promise<void> {
    return this.services.delete(openAiServiceId);
  }
}
