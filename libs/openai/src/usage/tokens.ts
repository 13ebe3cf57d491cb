import { createRequire } from 'node:module';

type Encoding = typeof import('gpt-tokenizer/encoding/o200k_base');

/** A longer run without a break between words is counted in pieces: merging costs the square of a run's length. */
const LONGEST_RUN = 128;
/** Beyond this a text is measured by its beginning: the rest is assumed to be as dense. */
const LONGEST_TEXT = 1_000_000;
const CACHED_MERGES = 10_000;
/** `<|endoftext|>` and the like are ordinary text when a customer types them. */
const NO_SPECIAL_TOKENS = { disallowedSpecial: new Set<string>() };

let encoding: Encoding | undefined;

/** The vocabulary takes some 70 MB and 130 ms, so it is loaded by the first count and not at start. */
function loadEncoding(): Encoding {
  if (!encoding) {
    const loaded: Encoding = createRequire(import.meta.url)('gpt-tokenizer/encoding/o200k_base');
    loaded.setMergeCacheSize(CACHED_MERGES);
    encoding = loaded;
  }
  return encoding;
}

/**
 * How many tokens a text has. Exact for the models of today (`o200k_base`), a good estimate for all others, which is why the
 * model makes no difference yet. Time grows linearly with the text, whatever it holds.
 */
export function countTokens(text: string, _model: string | null): number {
  if (text === '') return 0;
  const measured = text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text;
  const { countTokens: count } = loadEncoding();
  let total = 0;
  for (const piece of boundedPieces(measured)) total += count(piece, NO_SPECIAL_TOKENS);
  return Math.round((total * text.length) / measured.length);
}

/** The text in as few pieces as possible, none of which contains a run longer than `LONGEST_RUN`. */
function boundedPieces(text: string): string[] {
  const pieces: string[] = [];
  let pieceStart = 0;
  let runStart = 0;
  let runIsSpace = isSpace(text.charCodeAt(0));
  for (let index = 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const space = isSpace(code);
    if (space !== runIsSpace) {
      runStart = index;
      runIsSpace = space;
    } else if (index - runStart >= LONGEST_RUN && !isLowSurrogate(code)) {
      pieces.push(text.slice(pieceStart, index));
      pieceStart = index;
      runStart = index;
    }
  }
  pieces.push(text.slice(pieceStart));
  return pieces;
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
