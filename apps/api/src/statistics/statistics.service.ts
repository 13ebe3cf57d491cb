import { listOptions, pagingResult, type Language, type PagingResult } from '@app/common';
import { Injectable } from '@nestjs/common';
import {
  mapCosts,
  mapUsage,
  type GetTokenUsageStatisticResponseItemDto,
  type GetUsageCostsResponseItemDto,
  type TokenUsageStatisticQuery,
  type UsageRangeQuery,
} from './statistics.dto.js';
import { costRange, refuseReversed } from './usage-range.js';
import { UsageRollupService } from './usage-rollup.service.js';
import {
  COST_ORDER_FIELDS,
  USAGE_ORDER_FIELDS,
  UsageStatisticsRepository,
  type UsageFilter,
} from './usage-statistics.repository.js';

/** What was used and what it cost; for administrators. */
@Injectable()
export class StatisticsService {
  constructor(
    private readonly statistics: UsageStatisticsRepository,
    private readonly rollup: UsageRollupService,
  ) {}

  /** Counts everything again from the ledger, and prices what has become priceable. */
  rebuild(): Promise<void> {
    return this.rollup.rebuild();
  }

  async getTokenUsage(
    query: TokenUsageStatisticQuery,
    language: Language,
  ): Promise<PagingResult<GetTokenUsageStatisticResponseItemDto>> {
    const range = { from: query.FromRequestDate ?? null, to: query.ToRequestDate ?? null };
    refuseReversed(range.from, range.to);
    const options = listOptions(query, USAGE_ORDER_FIELDS, { field: 'requestDate', direction: 'DESC' });
    const botIds = await this.findBots(query.BotId, options.search);
    const filter: UsageFilter = { ...range, botIds, usageType: query.TokenUsageTypeId ?? null };
    const [rows, total] = await this.statistics.listUsage(filter, options);
    return pagingResult(
      query,
      rows.map((row) => mapUsage(row, language)),
      total,
    );
  }

  async getCosts(query: UsageRangeQuery, language: Language): Promise<PagingResult<GetUsageCostsResponseItemDto>> {
    const options = listOptions(query, COST_ORDER_FIELDS, { field: 'requestDate', direction: 'DESC' });
    const botIds = await this.findBots(query.BotId, options.search);
    const filter: UsageFilter = { ...costRange(query), botIds, usageType: null };
    const [rows, total] = await this.statistics.listCosts(filter, options);
    return pagingResult(
      query,
      rows.map((row) => mapCosts(row, language)),
      total,
    );
  }

  /** Null means every bot. Names are compared here: not every database folds the case of every letter. */
  private async findBots(botId: string | undefined, search: string | null): Promise<string[] | null> {
    if (search === null) return botId === undefined ? null : [botId];
    const wanted = search.toLocaleLowerCase();
    const isNamed = (name: string): boolean => name.toLocaleLowerCase().includes(wanted);
    const named = (await this.statistics.findBotNames()).filter(({ name, nameDe }) => isNamed(name) || isNamed(nameDe));
    return named.map(({ id }) => id).filter((id) => botId === undefined || id === botId);
  }
}
