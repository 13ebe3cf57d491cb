import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, IsUrl, Max, Min, MinLength } from 'class-validator';

const TRUE = /^(true|1|yes|on)$/i;
const FALSE = /^(false|0|no|off)$/i;

export const FlagSetting = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }) =>
      typeof value !== 'string' ? value : TRUE.test(value) ? true : FALSE.test(value) ? false : value,
    ),
    IsBoolean(),
  );

export const IntegerSetting = (min: number, max?: number): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }) => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value)),
    IsInt(),
    Min(min),
    ...(max === undefined ? [] : [Max(max)]),
  );

export const UrlSetting = (): PropertyDecorator =>
  IsUrl({ require_tld: false, protocols: ['http', 'https'], require_protocol: true });

/** Text that is not empty. */
export const TextSetting = (): PropertyDecorator => applyDecorators(IsString(), MinLength(1));

/** Text that may be missing. Secrets are often pasted, or read from files, with a line break at their end. */
export const OptionalTextSetting = (minLength = 1): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }) => (typeof value === 'string' ? value.trim() : value)),
    IsOptional(),
    IsString(),
    MinLength(minLength),
  );
