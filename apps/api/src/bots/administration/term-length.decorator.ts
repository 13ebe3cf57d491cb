import { ValidateBy, type ValidationArguments } from 'class-validator';

interface Term {
  value?: unknown;
  valueDe?: unknown;
}

/** Both languages of a text are at most this long. */
export const MaxTermLength = (maxLength: number): PropertyDecorator =>
  ValidateBy({
    name: 'maxTermLength',
    validator: {
      validate: (term: Term | null) =>
        [term?.value, term?.valueDe].every((text) => typeof text !== 'string' || text.length <= maxLength),
      defaultMessage: (given?: ValidationArguments) =>
        `${given?.property} must be at most ${maxLength} characters long in either language`,
    },
  });
