import { holdsSecret, isSecretName, MASK } from '@app/common';

export const MAX_DEPTH = 32;

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type Change = (value: Json, name: string, path: string[]) => Json;

/** A configuration as it may be shown: what is a secret by its name, or looks like one, is masked. */
export function maskSecrets(raw: string): string {
  const parsed = parseObject(raw);
  if (parsed === null) return holdsSecret(raw) ? MASK : raw;
  return JSON.stringify(map(parsed, (value, name) => (isSecret(value, name) ? MASK : value)));
}

export class TooDeepError extends Error {}

/** A configuration that was sent, with the stored secrets in place of their masks. Throws TooDeepError. */
export function keepMaskedSecrets(sent: string, stored: string): string {
  if (sent === MASK) return stored;
  const parsed = parseObject(sent);
  if (parsed === null) return sent;
  const before = parseObject(stored) ?? {};
  const kept = map(parsed, (value, _, path) => (value === MASK ? (at(before, path) ?? '') : value));
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

/** The number of tokens is no secret. */
const isCount = (value: Json, name: string): boolean => typeof value === 'number' && /token/i.test(name);

const isSecret = (value: Json, name: string): boolean =>
  (isSecretName(name) && value !== null && value !== '' && typeof value !== 'boolean' && !isCount(value, name)) ||
  (typeof value === 'string' && holdsSecret(value));

function map(json: Json, change: Change, path: string[] = []): Json {
  if (path.length > MAX_DEPTH) throw new TooDeepError();
  if (typeof json !== 'object' || json === null) return json;
  const changed = Object.entries(json).map(([name, value]) => {
    const here = [...path, name];
    const replacement = change(value, name, here);
    return [name, replacement === value ? map(value, change, here) : replacement] as const;
  });
  return Array.isArray(json) ? changed.map(([, value]) => value) : Object.fromEntries(changed);
}

function at(json: Json, path: string[]): Json | undefined {
  let here: Json | undefined = json;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as { [name: string]: Json })[name];
  }
  return here;
}
