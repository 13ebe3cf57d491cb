import { isJsonObject } from '@app/common';
/** Arguments as a service takes them back: a JSON object. What is none was answered with an error, and goes back as empty. */
export function wellFormedArguments(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? text : '{}';
  } catch {
    return '{}';
  }
}

/** Arguments as services send them: text, or the object itself. */
export const argumentsText = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

/** A schema with the two fields that services demand of every tool, also of one without parameters. */
export const parametersOf = ({ parameters }: { parameters: Record<string, unknown> }): Record<string, unknown> => ({
  type: 'object',
  ...parameters,
  properties: parameters.properties ?? {},
});

/** The fields of an object that are not among the known ones; null when there are none. */
export function unknownFields(value: object, known: ReadonlySet<string>): Record<string, unknown> | null {
  const entries = Object.entries(value).filter(([name, field]) => !known.has(name) && field !== null);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

/** Puts a piece of a streamed object to what came before: text is continued, lists are joined, everything else is replaced. */
export function mergeFields(whole: Record<string, unknown>, piece: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(piece)) {
    const before = Object.hasOwn(whole, name) ? whole[name] : undefined;
    const merged =
      typeof before === 'string' && typeof value === 'string'
        ? before + value
        : Array.isArray(before) && Array.isArray(value)
          ? [...(before as unknown[]), ...(value as unknown[])]
          : value;
    Object.defineProperty(whole, name, { value: merged, enumerable: true, configurable: true, writable: true });
  }
}
