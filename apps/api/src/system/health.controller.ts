import { Access, ApiProblems } from '@app/common';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { HealthDto } from './health.dto.js';
import { HealthService } from './health.service.js';

@ApiTags('System')
@Controller('health')
@SkipThrottle()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** Returns whether the process runs. */
  @Get('live')
  @Access('anonymous')
  @ApiOkResponse({ type: HealthDto })
  getLiveness(): HealthDto {
    return this.health.getLiveness();
  }

  /** Returns whether requests may be sent to this instance. */
  @Get('ready')
  @Access('anonymous')
  @ApiOkResponse({ type: HealthDto })
  @ApiProblems(503)
  getReadiness(): Promise<HealthDto> {
    return this.health.getReadiness();
  }
}
