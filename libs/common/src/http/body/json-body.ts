import { AppError } from '../../errors/app-error.js';

export const MAX_BODY_DEPTH = 32;
/** Objects, lists and what they hold, all told. */
export const MAX_BODY_VALUES = 20_000;
/** Of one object: class-transformer compares each field with all others. */
export const MAX_OBJECT_FIELDS = 1000;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
/** Only a body with one of these can hold what {@link inspect} looks for; most bodies are not walked at all. */
const SUSPICIOUS = /\\u|__proto__|constructor|prototype/;
const PATH_PART_LIMIT = 60;

const utf8 = new TextDecoder('utf-8', { fatal: true });

export const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError('MALFORMED_BODY', { detail: 'The body is not valid UTF-8.' });
  }
};

/** Reads a JSON body strictly; what is wrong is said without repeating any of it. */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  refuseExcess(text);
  const value = parse(text);
  if (SUSPICIOUS.test(text)) inspect(value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('MALFORMED_BODY', { detail: 'The body is not valid JSON.' });
  }
}

/** Measures what stands outside of strings, before anything recursive or costly sees the text. */
function refuseExcess(text: string): void {
  let values = 0;
  let depth = 0;
  let isInString = false;
  /** The commas of the object or list at each depth. */
  const commas = Array.from({ length: MAX_BODY_DEPTH + 1 }, () => 0);
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (isInString) {
      if (character === BACKSLASH) index++;
      else if (character === QUOTE) isInString = false;
    } else if (character === QUOTE) isInString = true;
    else if (character === OPEN_BRACE || character === OPEN_BRACKET) {
      if (++depth > MAX_BODY_DEPTH) throw invalid('', `must not be nested deeper than ${MAX_BODY_DEPTH} levels`);
      commas[depth] = 0;
      values++;
    } else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) {
      if (character === CLOSE_BRACE && commas[depth]! >= MAX_OBJECT_FIELDS)
        throw invalid('', `must not have more than ${MAX_OBJECT_FIELDS} fields in one object`);
      depth--;
    } else if (character === COMMA) {
      commas[depth]!++;
      values++;
    }
    if (values > MAX_BODY_VALUES) throw invalid('', `must not have more than ${MAX_BODY_VALUES} values`);
  }
}

const [QUOTE, COMMA, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [
  '"',
  ',',
  '\\',
  '{',
  '}',
  '[',
  ']',
].map((character) => character.charCodeAt(0));

/** Refuses keys that reach for prototypes, and text that not every database can hold. `path` is where the value stands. */
export function inspect(value: unknown, path: string[] = []): void {
  if (typeof value === 'string') refuseText(value, path);
  else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      if (FORBIDDEN_KEYS.has(key)) throw invalid([...path, key].join('.'), 'must not exist');
      refuseText(key, path);
      path.push(key.slice(0, PATH_PART_LIMIT));
      inspect((value as Record<string, unknown>)[key], path);
      path.pop();
    }
  }
}

function refuseText(text: string, path: string[]): void {
  if (text.includes('\0')) throw invalid(path.join('.'), 'must not contain NUL characters');
  if (!text.isWellFormed()) throw invalid(path.join('.'), 'must not contain half of a surrogate pair');
}

const invalid = (path: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { detail: `The body ${message}.`, errors: [{ path, message }] });
