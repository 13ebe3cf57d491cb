import { Access } from '@app/common';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ModelShutdownsDto } from './model-shutdown.dto.js';
import { ShutdownRadarService } from './shutdown-radar.service.js';

@ApiTags('Admin')
@Controller('api/admin/modelShutdowns')
@Access('admin')
export class ModelShutdownsController {
  constructor(private readonly radar: ShutdownRadarService) {}

  /** Lists the models in use that end within 90 days or have ended, with the bots that answer by them. */
  @Get()
  @ApiOkResponse({ type: ModelShutdownsDto })
  async getModelShutdowns(): Promise<ModelShutdownsDto> {
    return { shutdowns: await this.radar.findAll() };
  }
}
