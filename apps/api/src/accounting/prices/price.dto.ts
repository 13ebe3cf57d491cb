import { IsMoment, MaxLength } from '@app/common';
import type { Price } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { DEFAULT_PRICES } from './default-prices.js';

const MAX_PRICES = 5000;
/** A million dollars for a million tokens. */
const MAX_NANO = 1_000_000_000_000_000;
const MAX_CSV_LENGTH = 1_000_000;

const Nano = (): PropertyDecorator => (target, key) => {
  IsInt()(target, key);
  Min(0)(target, key);
  Max(MAX_NANO)(target, key);
};
const nano = { type: 'integer', format: 'int64', minimum: 0, maximum: MAX_NANO } as const;

/** What a model costs, in nano-dollars for a million tokens: 2.50 dollars for a million tokens are 2,500,000,000. */
export class NewPriceDto {
  /** The service at which the price applies; null or absent for every service. */
  @IsOptional()
  @MaxLength(36)
  @Matches(/^[\w-]*$/, { message: 'serviceId must be an id' })
  @ApiProperty({ type: 'string', required: false, nullable: true, example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  serviceId?: string | null;

  /** A model's name, or the beginning of names followed by `*`. Names come before patterns, longer patterns before shorter ones. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  @Matches(/^[^*]*\*?$/, { message: 'model may have one *, at its end' })
  @ApiProperty({ example: 'example-model*', maxLength: 200 })
  model: string;

  /** The first moment at which the price is valid; absent for always. A date alone is midnight, UTC. */
  @IsOptional()
  @IsMoment()
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    required: false,
    nullable: true,
    example: '2027-01-01T00:00:00.000Z',
  })
  validFrom?: string | null;

  /** The first moment at which it is not valid any more; absent for no end. */
  @IsOptional()
  @IsMoment()
  @ApiProperty({ type: 'string', format: 'date-time', required: false, nullable: true, example: null })
  validUntil?: string | null;

  @Nano()
  @ApiProperty({ ...nano, example: 250_000_000 })
  inputNano: number;

  /** Of input that the service read from its cache; absent for that of all input. */
  @IsOptional()
  @Nano()
  @ApiProperty({ ...nano, required: false, example: 25_000_000 })
  cachedNano?: number;

  /** Of input that the service wrote into its cache; absent for that of all input. */
  @IsOptional()
  @Nano()
  @ApiProperty({ ...nano, required: false, example: 250_000_000 })
  cacheWriteNano?: number;

  /** Reasoning is part of the output. */
  @Nano()
  @ApiProperty({ ...nano, example: 2_000_000_000 })
  outputNano: number;

  /** Where the price comes from. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  @ApiProperty({ required: false, maxLength: 500, example: 'Contract of 2026' })
  source?: string;
}

/** Replaces the price book: either `prices` or `csv`. */
export class ReplacePricesDto {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_PRICES)
  @ValidateNested({ each: true })
  @Type(() => NewPriceDto)
  @ApiProperty({ type: [NewPriceDto], required: false, maxItems: MAX_PRICES })
  prices?: NewPriceDto[];

  /** A table with the columns of the export, instead of `prices`. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_CSV_LENGTH)
  @ApiProperty({ type: 'string', required: false, nullable: true, maxLength: MAX_CSV_LENGTH, example: null })
  csv?: string | null;
}

export class PriceDto extends NewPriceDto {
  @ApiProperty({ example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  id: string;
}

/** A model that was called without a price within the last 31 days. What it cost is in no sum. */
export class UnpricedModelDto {
  @ApiProperty({ type: 'string', nullable: true, example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  serviceId: string | null;

  @ApiProperty({ example: 'example-model' })
  model: string;

  @ApiProperty({ type: 'integer', example: 12 })
  calls: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T12:00:00.000Z' })
  lastUtc: string;
}

export class PriceBookDto {
  @ApiProperty({ type: [PriceDto] })
  prices: PriceDto[];

  @ApiProperty({ type: [UnpricedModelDto] })
  unpriced: UnpricedModelDto[];
}

/** A price that comes with the server, from a public list. */
export class ListedPriceDto {
  /** It applies to services at this host. */
  @ApiProperty({ example: 'api.example.com' })
  host: string;

  @ApiProperty({ example: 'example-model' })
  model: string;

  @ApiProperty({ ...nano, example: 250_000_000 })
  inputNano: number;

  @ApiProperty({ ...nano, example: 25_000_000 })
  cachedNano: number;

  @ApiProperty({ ...nano, example: 250_000_000 })
  cacheWriteNano: number;

  @ApiProperty({ ...nano, example: 2_000_000_000 })
  outputNano: number;

  @ApiProperty({ format: 'uri', example: 'https://example.com/pricing' })
  source: string;

  /** The day whose prices these are. */
  @ApiProperty({ format: 'date', example: '2025-12-01' })
  asOf: string;
}

export class PriceListDto {
  @ApiProperty({ type: [ListedPriceDto] })
  prices: ListedPriceDto[];
}

export class CreatedPriceDto {
  @ApiProperty({ example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  id: string;
}

export const mapPrice = (price: Price): PriceDto => ({
  id: price.id,
  serviceId: price.serviceId,
  model: price.model,
  validFrom: price.validFrom.toISOString(),
  validUntil: price.validUntil?.toISOString() ?? null,
  inputNano: price.inputNano,
  cachedNano: price.cachedNano,
  cacheWriteNano: price.cacheWriteNano,
  outputNano: price.outputNano,
  source: price.source,
});

export const mapDefaultPrices = (prices: typeof DEFAULT_PRICES): ListedPriceDto[] =>
  prices.map(({ host, model, inputNano, cachedNano, cacheWriteNano, outputNano, source, asOf }) => ({
    host,
    model,
    inputNano,
    cachedNano,
    cacheWriteNano,
    outputNano,
    source,
    asOf,
  }));
