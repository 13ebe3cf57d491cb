import { Access, ApiProblems, CallerLanguage, type Language } from '@app/common';
import { Controller, Get, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  GetTokenUsageStatisticResponseItemDtoPagingResult,
  GetUsageCostsResponseItemDtoPagingResult,
  TokenUsageStatisticQuery,
  UsageRangeQuery,
} from './statistics.dto.js';
import { StatisticsService } from './statistics.service.js';

@ApiTags('Statistic')
@Controller('api/statistic')
@Access('admin')
export class StatisticsController {
  constructor(private readonly statistics: StatisticsService) {}

  /** Rebuilds the statistics from the ledger of all calls. */
  @Put()
  @ApiProblems(409)
  updateStatistic(): Promise<void> {
    return this.statistics.rebuild();
  }

  /** Lists the tokens used, by day, bot and kind of use. The kinds are 1 chat, 2 routing and 3 title. */
  @Get('tokenUsageStatistic')
  @ApiOkResponse({ type: GetTokenUsageStatisticResponseItemDtoPagingResult })
  @ApiProblems(400)
  getTokenUsageStatistic(
    @Query() query: TokenUsageStatisticQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetTokenUsageStatisticResponseItemDtoPagingResult> {
    return this.statistics.getTokenUsage(query, language);
  }

  /** Lists what the use of models cost, by day, bot and model. At most 92 days; without dates, the last 31. */
  @Get('costs')
  @ApiOkResponse({ type: GetUsageCostsResponseItemDtoPagingResult })
  @ApiProblems(400)
  getUsageCosts(
    @Query() query: UsageRangeQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetUsageCostsResponseItemDtoPagingResult> {
    return this.statistics.getCosts(query, language);
  }
}
