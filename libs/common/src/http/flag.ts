import { applyDecorators, Injectable, type PipeTransform } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';
import { AppError } from '../errors/app-error.js';

/** Flags in addresses are written `true`, `True` or `1`; undefined for what is no flag. */
export function parseFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  return /^(true|1)$/i.test(value) ? true : /^(false|0)$/i.test(value) ? false : undefined;
}

/** For a flag in the path: `@Param('keepfavorites', ParseFlagPipe)`. */
@Injectable()
export class ParseFlagPipe implements PipeTransform<unknown, boolean> {
  transform(value: unknown): boolean {
    const flag = parseFlag(value);
    if (flag !== undefined) return flag;
    throw new AppError('VALIDATION_FAILED', { detail: 'A flag must be true or false.' });
  }
}

/** For an optional flag in a query class. */
export const FlagQuery = (): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    Transform(({ value }: { value: unknown }) => parseFlag(value) ?? value),
    IsBoolean(),
    ApiProperty({ type: 'boolean', required: false, example: false }),
  );
