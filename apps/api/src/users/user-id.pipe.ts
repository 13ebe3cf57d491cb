import { notFound } from '@app/common';
import type { PipeTransform } from '@nestjs/common';

const MAX_INT = 2_147_483_647;

/** What cannot be the id of a user is simply not there. */
export class UserIdPipe implements PipeTransform<unknown, number> {
  transform(value: unknown): number {
    const id = typeof value === 'string' && /^[1-9]\d{0,9}$/.test(value) ? Number(value) : Infinity;
    if (id > MAX_INT) throw notFound('The user');
    return id;
  }
}
