import type { Type } from '@nestjs/common';
import { MaxLength } from '../http/body/characters.decorator.js';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

export const MAX_PAGE_SIZE = 200;
const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_NUMBER = 1_000_000;

/** Digits only: `1e3`, `0x10` and `1.5` are not page numbers. */
const Digits = (): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value));

/** The four query parameters of every list. Their names are read without regard to case. */
export class PagingQuery {
  /** Keeps items that contain this text, without regard to case. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  SearchFor?: string;

  /** `field`, `field desc` or `-field`; unknown fields are ignored. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  OrderBy?: string;

  @IsOptional()
  @Digits()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_NUMBER)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_PAGE_NUMBER, default: 1, required: false })
  PageNumber: number = 1;

  @IsOptional()
  @Digits()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE, required: false })
  PageSize: number = DEFAULT_PAGE_SIZE;
}

/** What repositories take: a window, a search text and an order whose field comes from an allow-list. */
export interface ListOptions<Field extends string = string> {
  skip: number;
  take: number;
  search: string | null;
  orderBy: { field: Field; direction: 'ASC' | 'DESC' };
}

/**
 * Turns the query of a list into what repositories take. Only fields of the allow-list (compared without regard to case) can be
 * ordered by; anything else falls back to the list's own order.
 */
export function listOptions<Field extends string>(
  query: PagingQuery,
  fields: readonly Field[],
  fallback: ListOptions<Field>['orderBy'],
): ListOptions<Field> {
  const [, minus, name, direction] = /^\s*(-)?\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(query.OrderBy ?? '') ?? [];
  const field = fields.find((known) => known.toLowerCase() === name?.toLowerCase());
  const isDescending = minus !== undefined || direction?.toLowerCase() === 'desc';
  const search = query.SearchFor?.trim() ?? '';
  return {
    skip: (query.PageNumber - 1) * query.PageSize,
    take: query.PageSize,
    search: search === '' ? null : search,
    orderBy: field === undefined ? fallback : { field, direction: isDescending ? 'DESC' : 'ASC' },
  };
}

/** One page of a list, in the catalogue's shape. */
export interface PagingResult<Item> {
  pageNumber: number;
  totalPageCount: number;
  pageSize: number;
  totalItemCount: number;
  hasPrevious: boolean;
  hasNext: boolean;
  items: Item[];
}

export function pagingResult<Item>(query: PagingQuery, items: Item[], totalItemCount: number): PagingResult<Item> {
  const totalPageCount = Math.ceil(totalItemCount / query.PageSize);
  return {
    pageNumber: query.PageNumber,
    totalPageCount,
    pageSize: query.PageSize,
    totalItemCount,
    hasPrevious: query.PageNumber > 1,
    hasNext: query.PageNumber < totalPageCount,
    items,
  };
}

/** The documented class of a page of `Item`; call it once per item class and export the result as a class. */
export function PagingResultOf<Item>(ItemDto: Type<Item>): Type<PagingResult<Item>> {
  class Page implements PagingResult<Item> {
    @ApiProperty({ type: 'integer', example: 1 })
    pageNumber: number;
    @ApiProperty({ type: 'integer', example: 1 })
    totalPageCount: number;
    @ApiProperty({ type: 'integer', example: 20 })
    pageSize: number;
    @ApiProperty({ type: 'integer', example: 1 })
    totalItemCount: number;
    @ApiProperty({ example: false })
    hasPrevious: boolean;
    @ApiProperty({ example: false })
    hasNext: boolean;
    @ApiProperty({ type: [ItemDto] })
    items: Item[];
  }
  return Page;
}
