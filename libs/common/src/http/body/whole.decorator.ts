import { Transform } from 'class-transformer';

/** Reads a whole number that stands in a query or a path, where everything is text. Whatever else stands there is left to the checks. */
export const Whole = (): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value));
