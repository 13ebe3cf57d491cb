import { MaxLength } from './characters.decorator.js';
import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsString } from 'class-validator';
import { ID } from '../id.pipe.js';

export const MAX_ID_LENGTH = 64;
const NO_ID = '-';

/**
 * An id in a body. Like those of addresses it is opaque: one that cannot be an id is nothing that is there. The database is never asked
 * for it: its ids are ASCII, and MariaDB refuses to compare them with other letters.
 */
export const IdField = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (isForeign(value) ? NO_ID : value)),
    IsString(),
    MaxLength(MAX_ID_LENGTH),
  );

const isForeign = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && value.length <= MAX_ID_LENGTH && !ID.test(value);
