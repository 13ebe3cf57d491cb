/** The parts of a list that is separated by commas. */
export const listOf = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export function trustProxyOf(value: string): boolean | number | string[] {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^\d+$/.test(value) ? Number(value) : listOf(value);
}

/** `name=value` pairs; values are %-encoded as in a URL. */
export const headersOf = (value: string): Record<string, string> =>
  Object.fromEntries(
    listOf(value).map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
