import { buildMessage, ValidateBy, type ValidationOptions } from 'class-validator';

/**
 * A text of at most `max` characters, counted as the database counts them (code points; the length rules of class-validator leave
 * variation selectors out), that is not blank.
 */
export const Characters = (max: number): PropertyDecorator =>
  ValidateBy({
    name: 'characters',
    constraints: [max],
    validator: {
      validate: (value: unknown): boolean => typeof value === 'string' && /\S/.test(value) && isWithin(value, max),
      defaultMessage: buildMessage(
        (prefix) => `${prefix}$property must be a text of 1 to ${max} characters, not blank`,
      ),
    },
  });

/**
 * A text of at most `max` characters, counted in the same way. It takes the place of the rule of the same name of class-validator, and
 * is documented as that is.
 */
export const MaxLength = (max: number, options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'maxLength',
      constraints: [max],
      validator: {
        validate: (value: unknown): boolean => typeof value === 'string' && isWithin(value, max),
        defaultMessage: buildMessage(
          (prefix) => `${prefix}$property must be shorter than or equal to $constraint1 characters`,
          options,
        ),
      },
    },
    options,
  );

/** No character takes more than two units of a string. */
const isWithin = (text: string, max: number): boolean =>
  text.length <= max || (text.length <= 2 * max && Array.from(text).length <= max);
