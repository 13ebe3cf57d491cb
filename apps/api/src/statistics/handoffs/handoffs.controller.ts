import { Access, ApiProblems } from '@app/common';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { HandoffFiguresDto, HandoffsQuery } from './handoffs.dto.js';
import { HandoffsService } from './handoffs.service.js';

@ApiTags('Statistic')
@Controller('api/statistic/handoffs')
@Access('admin')
export class HandoffsController {
  constructor(private readonly handoffs: HandoffsService) {}

  /** Returns what became of requests for an agent, and how long they took. At most 92 days (UTC); without dates, the last 31. */
  @Get()
  @ApiOkResponse({ type: HandoffFiguresDto })
  @ApiProblems(400)
  getHandoffFigures(@Query() query: HandoffsQuery): Promise<HandoffFiguresDto> {
    return this.handoffs.getFigures(query);
  }
}
