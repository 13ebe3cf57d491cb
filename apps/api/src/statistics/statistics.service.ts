import { AppError, listOptions, pagingResult, type Language, type PagingResult } from '@app/common';
import { Injectable } from '@nestjs/common';
import {
  mapCosts,
  mapUsage,
  type GetTokenUsageStatisticResponseItemDto,
  type GetUsageCostsResponseItemDto,
  type TokenUsageStatisticQuery,
  type UsageRangeQuery,
} from './statistics.dto.js';
import { UsageRollupService } from './usage-rollup.service.js';
import {
  COST_ORDER_FIELDS,
  USAGE_ORDER_FIELDS,
  UsageStatisticsRepository,
  type UsageFilter,
} from './usage-statistics.repository.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Costs are read from the ledger itself, so the range has an end. */
const MAX_COST_DAYS = 92;
const DEFAULT_COST_DAYS = 31;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

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

function costRange({ FromRequestDate, ToRequestDate }: UsageRangeQuery): { from: string; to: string } {
  const to = ToRequestDate ?? (FromRequestDate ? shift(FromRequestDate, MAX_COST_DAYS - 1) : dayOf(Date.now()));
  const from = FromRequestDate ?? shift(to, 1 - DEFAULT_COST_DAYS);
  refuseReversed(from, to);
  if (shift(from, MAX_COST_DAYS - 1) < to) {
    throw invalidRange('FromRequestDate', `FromRequestDate and ToRequestDate must be within ${MAX_COST_DAYS} days`);
  }
  return { from, to };
}

const shift = (day: string, days: number): string => dayOf(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);

function refuseReversed(from: string | null, to: string | null): void {
  if (from !== null && to !== null && from > to)
    throw invalidRange('FromRequestDate', 'FromRequestDate must not be after ToRequestDate');
}

const invalidRange = (path: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path, message }] });
