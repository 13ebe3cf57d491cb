import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** The languages that bots have texts in. */
export type Language = 'en' | 'de';

/** The first language of an `Accept-Language` header that we have, by weight; English otherwise. */
function preferredLanguage(header: string | undefined): Language {
  const wishes = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
      const weight = parameters
        .map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1])
        .find((q) => q !== undefined);
      return { language: range.trim().split('-')[0], weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ language, weight }) => (language === 'en' || language === 'de') && weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  return wishes[0]?.language === 'de' ? 'de' : 'en';
}

/** The language that the caller reads. */
export const CallerLanguage = createParamDecorator((_: unknown, context: ExecutionContext): Language =>
  preferredLanguage(
    context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>().headers['accept-language'],
  ),
);

/** A text that exists in two languages; an empty German text falls back to the English one. */
export interface TermValue {
  value: string;
  valueDe: string;
}

export const inLanguage = ({ value, valueDe }: TermValue, language: Language): string =>
  language === 'de' && valueDe !== '' ? valueDe : value;
