import { Access, MetricsRegistry } from '@app/common';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';

@ApiTags('System')
@Controller('metrics')
@SkipThrottle()
export class MetricsController {
  constructor(private readonly metrics: MetricsRegistry) {}

  /** Returns all metrics in the Prometheus text format. */
  @Get()
  @Access('admin')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOkResponse({
    content: { 'text/plain': { schema: { type: 'string' }, example: 'baton_turns_total{status="completed"} 12' } },
  })
  getMetrics(): Promise<string> {
    return this.metrics.render();
  }
}
