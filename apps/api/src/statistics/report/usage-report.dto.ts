import { MaxLength, PagingResultOf } from '@app/common';
import { USAGE_TYPE } from '@app/database';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { UsageRangeQuery } from '../statistics.dto.js';

export const REPORT_GROUPS = ['day', 'hour', 'bot', 'user', 'model', 'service', 'channel', 'kind'] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];

const GROUP = `\\s*(${REPORT_GROUPS.join('|')})\\s*`;
const GROUPS = new RegExp(`^${GROUP}(,${GROUP})*$`);

const KINDS = Object.values(USAGE_TYPE);
const LONGEST = 200;

const Text = (example: string): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    IsString(),
    MaxLength(LONGEST),
    ApiProperty({ required: false, maxLength: LONGEST, example }),
  );
/** Keys are ASCII, which MariaDB does not compare with other letters. */
const Key = (example: string): PropertyDecorator =>
  applyDecorators(
    Text(example),
    Matches(/^[\x21-\x7e]*$/, { message: '$property must consist of visible ASCII characters' }),
  );

/** Which calls are counted, and by what. */
export class UsageReportQuery extends UsageRangeQuery {
  /** `user:` and the number of the account, `visitor:` and a chat, or `anonymous`. */
  @Key('user:1')
  UserKey?: string;

  /** The model as it was called. */
  @Text('example-model')
  Model?: string;

  /** The model service. */
  @Key('0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e')
  ServiceId?: string;

  /** The channel of the chat. */
  @Key('api')
  Channel?: string;

  /** 1 chat, 2 routing, 3 title, 4 probe, 5 trial of a model. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d$/.test(value) ? Number(value) : value,
  )
  @IsIn(KINDS)
  @ApiProperty({ required: false, type: 'integer', enum: KINDS, example: 1 })
  Kind?: number;

  /** What makes a row of its own, separated by commas: `day`, `hour`, `bot`, `user`, `model`, `service`, `channel`, `kind`. */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value))
  @Matches(GROUPS, { message: `GroupBy must name some of ${REPORT_GROUPS.join(', ')}` })
  @ApiProperty({ required: false, default: 'day', example: 'day,bot,model' })
  GroupBy: string = 'day';

  /** Each of the groups asked for, once. */
  get groups(): ReportGroup[] {
    return [...new Set(this.GroupBy.split(',').map((name) => name.trim() as ReportGroup))];
  }
}

export class UsageFailureDto {
  /** The code of an error, or `lost`: the instance that made the call has died. */
  @ApiProperty({ example: 'PROVIDER_TIMEOUT' })
  code: string;

  @ApiProperty({ type: 'integer', example: 2 })
  count: number;
}

/** The calls of one group. What the report is not grouped by is null. Times are UTC. */
export class GetUsageReportResponseItemDto {
  @ApiProperty({ type: 'string', format: 'date', nullable: true, example: '2026-01-15' })
  day: string | null;

  /** When the hour begins. */
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true, example: '2026-01-15T13:00:00.000Z' })
  hour: string | null;

  /** Empty for probes. */
  @ApiProperty({ type: 'string', nullable: true, example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  botId: string | null;

  /** Also of deleted bots. */
  @ApiProperty({ type: 'string', nullable: true, example: 'Help desk' })
  botDisplayName: string | null;

  @ApiProperty({ type: 'string', nullable: true, example: 'user:1' })
  userKey: string | null;

  /** Empty for calls that never reached a model. */
  @ApiProperty({ type: 'string', nullable: true, example: 'example-model' })
  model: string | null;

  /** Empty where no service was called. */
  @ApiProperty({ type: 'string', nullable: true, example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  serviceId: string | null;

  /** Empty for services that are deleted. */
  @ApiProperty({ type: 'string', nullable: true, example: 'OpenAI' })
  serviceDisplayName: string | null;

  /** Empty for calls that belong to no chat. */
  @ApiProperty({ type: 'string', nullable: true, example: 'api' })
  channel: string | null;

  /** 1 chat, 2 routing, 3 title, 4 probe, 5 trial of a model. */
  @ApiProperty({ type: 'integer', nullable: true, example: 1 })
  kind: number | null;

  /** Turns, routings and titles. */
  @ApiProperty({ type: 'integer', example: 40 })
  requestCount: number;

  /** Calls of a model service: a request has several when tools are called or a call is repeated. */
  @ApiProperty({ type: 'integer', example: 44 })
  callCount: number;

  @ApiProperty({ type: 'integer', example: 18_200 })
  inputTokens: number;

  /** Those of the input tokens that the service read from its cache. */
  @ApiProperty({ type: 'integer', example: 4_000 })
  cachedTokens: number;

  /** Those of the input tokens that the service wrote into its cache. */
  @ApiProperty({ type: 'integer', example: 1_000 })
  cacheWriteTokens: number;

  @ApiProperty({ type: 'integer', example: 6_100 })
  outputTokens: number;

  /** Those of the output tokens that are not part of the text. */
  @ApiProperty({ type: 'integer', example: 900 })
  reasoningTokens: number;

  /** Nano-dollars (a dollar is 1,000,000,000) of the calls whose price is known. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 15_850_000 })
  costNano: number;

  /** Calls without a price: their cost is not in `costNano`. */
  @ApiProperty({ type: 'integer', example: 0 })
  unpricedCount: number;

  /** Calls whose tokens are an estimate, because the service did not tell them. */
  @ApiProperty({ type: 'integer', example: 1 })
  estimatedCount: number;

  /** Milliseconds of a call, on average; null where none was measured. */
  @ApiProperty({ type: 'number', nullable: true, example: 2140 })
  meanDurationMs: number | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 9800 })
  maxDurationMs: number | null;

  /** Milliseconds from the call to its first text, on average; null where none was measured. */
  @ApiProperty({ type: 'number', nullable: true, example: 420 })
  meanFirstTextMs: number | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 1900 })
  maxFirstTextMs: number | null;

  /** Calls that were stopped: by the customer, an agent, or because the chat was deleted. */
  @ApiProperty({ type: 'integer', example: 1 })
  abortedCount: number;

  @ApiProperty({ type: 'integer', example: 2 })
  failedCount: number;

  /** The failed calls by the code of their failure, the most frequent first. */
  @ApiProperty({ type: [UsageFailureDto] })
  failures: UsageFailureDto[];
}

export class GetUsageReportResponseItemDtoPagingResult extends PagingResultOf(GetUsageReportResponseItemDto) {}
