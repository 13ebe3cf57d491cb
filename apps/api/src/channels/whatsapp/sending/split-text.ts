/**
 * The longest text that Twilio takes as one message. It speaks of characters; UTF-16 code units are counted here, of which a text never
 * has fewer.
 */
const MESSAGE_LENGTH = 1600;

/** A sentence that ends so early would leave a scrap of a message: then a word's end is better. */
const SHORTEST_SHARE = 1 / 4;
/** The longest cluster of code units that is taken for one character. */
const LONGEST_GRAPHEME = 64;

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cuts a text into messages of at most `limit` code units: after a sentence, else after a word, else between two characters as people see
 * them. Nothing but white space at the cuts is lost; a text of white space has no parts.
 */
export function splitText(text: string, limit = MESSAGE_LENGTH): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const end = endOfPart(rest, limit);
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return rest === '' ? parts : [...parts, rest];
}

function endOfPart(text: string, limit: number): number {
  // White space at the cut does not count: it is not sent.
  const ends = (end: number): boolean => text.slice(0, end).trimEnd().length <= limit;
  const sentence = lastBoundary(sentences, text.slice(0, limit * 2), ends);
  if (sentence >= limit * SHORTEST_SHARE) return sentence;
  const word = text.slice(0, limit + 1).search(/\s+\S*$/);
  if (word >= limit * SHORTEST_SHARE) return word;
  return lastBoundary(graphemes, text.slice(0, limit + LONGEST_GRAPHEME), ends) || withinCharacters(text, limit);
}

function lastBoundary(segmenter: Intl.Segmenter, text: string, isPossible: (end: number) => boolean): number {
  let last = 0;
  for (const { index, segment } of segmenter.segment(text)) {
    const end = index + segment.length;
    // The last segment may go on beyond what was looked at.
    if (end === text.length || !isPossible(end)) break;
    last = end;
  }
  return last;
}

const withinCharacters = (text: string, limit: number): number =>
  /[\uDC00-\uDFFF]/.test(text[limit] ?? '') ? limit - 1 : limit;
