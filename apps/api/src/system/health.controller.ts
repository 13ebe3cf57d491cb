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

  /** Returns whether the process runs. It asks nothing of database or services: an orchestrator restarts a process that does not answer. */
  @Get('live')
  @Access('anonymous')
  @ApiOkResponse({ type: HealthDto })
  getLiveness(): HealthDto {
    return this.health.getLiveness();
  }

  /**
   * Returns whether requests may be sent to this instance. With the state of everything that it depends on. An instance that answers 503
   * is given no new requests.
   */
  @Get('ready')
  @Access('anonymous')
  @ApiOkResponse({ type: HealthDto })
  @ApiProblems(503)
  getReadiness(): Promise<HealthDto> {
    return this.health.getReadiness();
  }
}
