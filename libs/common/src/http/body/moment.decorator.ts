import { buildMessage, isISO8601, ValidateBy } from 'class-validator';

/** The years that every database can store. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9999;

/** A time of ISO 8601. One without a zone is UTC, whatever the server's own is. Not a number when there is no such time. */
export function momentOf(text: string): Date {
  const hasZone = /(z|[+-]\d{2}(:?\d{2})?)$/i.test(text) || !/[T ]/i.test(text);
  return new Date(hasZone ? text : `${text}Z`);
}

/** A time that exists, and that every database can store. {@link momentOf} reads it. */
export const IsMoment = (): PropertyDecorator =>
  ValidateBy({
    name: 'isMoment',
    validator: {
      validate: (value: unknown): boolean => {
        if (typeof value !== 'string' || !isISO8601(value, { strict: true })) return false;
        const year = momentOf(value).getUTCFullYear();
        return year >= FIRST_YEAR && year <= LAST_YEAR;
      },
      defaultMessage: buildMessage(
        (prefix) =>
          `${prefix}$property must be a time that exists, in ISO 8601, of the years ${FIRST_YEAR} to ${LAST_YEAR}`,
      ),
    },
  });
