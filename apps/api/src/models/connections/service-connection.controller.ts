import { Access, ApiProblems, Audited, IdPipe } from '@app/common';
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ServiceConnectionSettingsService } from './service-connection-settings.service.js';
import { ServiceConnectionDto, UpdateServiceConnectionRequestDto } from './service-connection.dto.js';

const ServiceId = (): ParameterDecorator => Param('openAiServiceId', IdPipe('The service'));

@ApiTags('Admin')
@Controller('api/admin/openAiServices/:openAiServiceId')
@Access('admin')
export class ServiceConnectionController {
  constructor(private readonly settings: ServiceConnectionSettingsService) {}

  /** Returns the further headers and parameters of a service, and its Entra application. Secrets are never shown. */
  @Get('connection')
  @ApiOkResponse({ type: ServiceConnectionDto })
  @ApiProblems(404)
  getOpenAiServiceConnection(@ServiceId() openAiServiceId: string): Promise<ServiceConnectionDto> {
    return this.settings.get(openAiServiceId);
  }

  /** Updates the further headers and parameters of a service, and its Entra application. What is not sent stays as it is. */
  @Put('connection')
  @Audited('service.connection_changed', 'openAiServiceId')
  @ApiProblems(400, 404, 409)
  updateOpenAiServiceConnection(
    @ServiceId() openAiServiceId: string,
    @Body() dto: UpdateServiceConnectionRequestDto,
  ): Promise<void> {
    return this.settings.update(openAiServiceId, dto);
  }
}
