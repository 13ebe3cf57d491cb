import type { PipeTransform } from '@nestjs/common';
import { notFound } from '../errors/app-error.js';

export const ID = /^[\w-]{1,64}$/;

/** Ids are opaque: one that cannot be an id is simply not there. `@Param('chatId', IdPipe('The chat'))`. */
export const IdPipe = (what: string): PipeTransform<unknown, string> => ({
  transform(value: unknown): string {
    if (typeof value === 'string' && ID.test(value)) return value;
    throw notFound(what);
  },
});
