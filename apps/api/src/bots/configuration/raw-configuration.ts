const SECRET_NAME = /(key|secret|password|token|credential|connectionstring)$/i;
export const MASK = '********';
export const MAX_DEPTH = 32;

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** A configuration as it may be shown: the secrets of a JSON object are masked, other text is shown as it is. */
export function maskSecrets(raw: string): string {
  const parsed = parseObject(raw);
  return parsed === null ? raw : JSON.stringify(mapSecrets(parsed, () => MASK));
}

export class TooDeepError extends Error {}

/** A configuration that was sent, with the stored secrets in place of their masks. Throws TooDeepError. */
export function keepMaskedSecrets(sent: string, stored: string): string {
  const parsed = parseObject(sent);
  if (parsed === null) return sent;
  const before = parseObject(stored) ?? {};
  const kept = mapSecrets(parsed, (value, path) => (value === MASK ? (at(before, path) ?? '') : value));
  return JSON.stringify(kept) === JSON.stringify(parsed) ? sent : JSON.stringify(kept);
}

function parseObject(text: string): Json | null {
  try {
    const parsed = JSON.parse(text) as Json;
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}

function mapSecrets(json: Json, change: (value: Json, path: string[]) => Json, path: string[] = []): Json {
  if (path.length > MAX_DEPTH) throw new TooDeepError();
  if (Array.isArray(json)) return json.map((each, index) => mapSecrets(each, change, [...path, String(index)]));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const here = [...path, name];
      const isSecret = SECRET_NAME.test(name) && value !== null && value !== '' && typeof value !== 'boolean';
      return [name, isSecret ? change(value, here) : mapSecrets(value, change, here)];
    }),
  );
}

function at(json: Json, path: string[]): Json | undefined {
  let here: Json | undefined = json;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as { [name: string]: Json })[name];
  }
  return here;
}
