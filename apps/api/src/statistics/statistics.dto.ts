import { inLanguage, type Language, MaxLength, PagingQuery, PagingResultOf } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, Min, ValidateBy } from 'class-validator';
import type { UsageCostRow, UsageRow } from './usage-statistics.repository.js';

const MAX_TYPE_ID = 2_147_483_647;

/** A day of the calendar: `2026-02-30` is none. */
const IsDay = (): PropertyDecorator =>
  ValidateBy({
    name: 'isDay',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isDay(value),
      defaultMessage: () => '$property must be a day of the calendar, written YYYY-MM-DD',
    },
  });

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

export class UsageRangeQuery extends PagingQuery {
  @IsOptional()
  @IsString()
  @MaxLength(64)
  @Matches(/^[\x21-\x7e]*$/, { message: 'BotId must be an id' })
  @ApiProperty({ required: false, maxLength: 64, example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  BotId?: string;

  /** The first day (UTC) that counts. */
  @IsOptional()
  @IsDay()
  @ApiProperty({ required: false, format: 'date', example: '2026-01-01' })
  FromRequestDate?: string;

  /** The last day (UTC) that counts. */
  @IsOptional()
  @IsDay()
  @ApiProperty({ required: false, format: 'date', example: '2026-01-31' })
  ToRequestDate?: string;
}

export class TokenUsageStatisticQuery extends UsageRangeQuery {
  /** 1 chat, 2 routing (which bot is to answer), 3 title (the name of a chat). */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value,
  )
  @IsInt()
  @Min(0)
  @Max(MAX_TYPE_ID)
  @ApiProperty({ required: false, type: 'integer', format: 'int32', minimum: 0, example: 1 })
  TokenUsageTypeId?: number;
}

/** What one bot used on one day for one purpose. */
export class GetTokenUsageStatisticResponseItemDto {
  @ApiProperty({ format: 'date', example: '2026-01-15' })
  requestDate: string;

  @ApiProperty({ example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  botId: string;

  /** Also of deleted bots. */
  @ApiProperty({ example: 'Help desk' })
  botDisplayName: string;

  /** 1 chat, 2 routing, 3 title, 4 probe, 5 trial. */
  @ApiProperty({ type: 'integer', example: 1 })
  tokenUsageTypeId: number;

  /** Different callers; all anonymous ones count as one. */
  @ApiProperty({ type: 'integer', example: 12 })
  userCount: number;

  @ApiProperty({ type: 'integer', example: 40 })
  requestCount: number;

  @ApiProperty({ type: 'integer', example: 18_200 })
  promptTokens: number;

  @ApiProperty({ type: 'integer', example: 6_100 })
  completionTokens: number;

  @ApiProperty({ type: 'integer', example: 24_300 })
  totalTokens: number;
}

export class GetTokenUsageStatisticResponseItemDtoPagingResult extends PagingResultOf(
  GetTokenUsageStatisticResponseItemDto,
) {}

/** What one bot's use of one model cost on one day. */
export class GetUsageCostsResponseItemDto {
  @ApiProperty({ format: 'date', example: '2026-01-15' })
  requestDate: string;

  @ApiProperty({ example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  botId: string;

  @ApiProperty({ example: 'Help desk' })
  botDisplayName: string;

  /** Empty for calls that never reached a model. */
  @ApiProperty({ example: 'example-model' })
  model: string;

  @ApiProperty({ type: 'integer', example: 40 })
  requestCount: number;

  @ApiProperty({ type: 'integer', example: 18_200 })
  promptTokens: number;

  /** Those of the prompt tokens that the service had cached. */
  @ApiProperty({ type: 'integer', example: 4_000 })
  cachedTokens: number;

  @ApiProperty({ type: 'integer', example: 6_100 })
  completionTokens: number;

  /** Nano-dollars (a dollar is 1,000,000,000) of the calls whose price is known. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 15_850_000 })
  costNano: number;

  /** Calls whose model had no price: their cost is not in `costNano`. */
  @ApiProperty({ type: 'integer', example: 0 })
  unpricedCount: number;
}

export class GetUsageCostsResponseItemDtoPagingResult extends PagingResultOf(GetUsageCostsResponseItemDto) {}

const nameOf = (row: { botName: string | null; botNameDe: string | null }, language: Language): string =>
  inLanguage({ value: row.botName ?? '', valueDe: row.botNameDe ?? '' }, language);

export const mapUsage = (row: UsageRow, language: Language): GetTokenUsageStatisticResponseItemDto => ({
  requestDate: row.requestDate,
  botId: row.botId,
  botDisplayName: nameOf(row, language),
  tokenUsageTypeId: Number(row.usageType),
  userCount: Number(row.userCount),
  requestCount: Number(row.requestCount),
  promptTokens: Number(row.inputTokens),
  completionTokens: Number(row.outputTokens),
  totalTokens: Number(row.inputTokens) + Number(row.outputTokens),
});

export const mapCosts = (row: UsageCostRow, language: Language): GetUsageCostsResponseItemDto => ({
  requestDate: row.requestDate,
  botId: row.botId,
  botDisplayName: nameOf(row, language),
  model: row.model,
  requestCount: Number(row.requestCount),
  promptTokens: Number(row.inputTokens),
  cachedTokens: Number(row.cachedTokens),
  completionTokens: Number(row.outputTokens),
  costNano: Number(row.costNano),
  unpricedCount: Number(row.unpricedCount),
});
