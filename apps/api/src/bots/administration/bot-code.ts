import { randomBytes } from 'node:crypto';

const CODE = /^[a-z0-9\-_.]{1,100}$/;
const MADE_LENGTH = 80;
const NUMBERED = 9;

/** A code as it is stored; null when it cannot be one. Codes are the same in any case. */
export function normaliseCode(text: string): string | null {
  const code = text.trim().toLowerCase();
  return CODE.test(code) ? code : null;
}

/** Codes made from a name, the simplest first. The last one is random, so that it is free. */
export function codesFrom(name: string): string[] {
  const letters = name.replace(/ß/g, 'ss').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const code =
    letters
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, MADE_LENGTH)
      .replace(/^-+|-+$/g, '') || 'bot';
  const numbered = Array.from({ length: NUMBERED - 1 }, (_, index) => `${code}-${index + 2}`);
  return [code, ...numbered, `${code}-${randomBytes(6).toString('hex')}`];
}

/** What the code of a deleted bot becomes, so that it is free again. */
export const freedCode = (code: string, botId: string): string => `${code}~${botId}`;
