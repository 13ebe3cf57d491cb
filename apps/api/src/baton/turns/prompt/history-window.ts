import { attachmentTokens, countTokens } from '@app/openai';
import { HISTORY_LIMIT, type PastMessage } from './turn-history.repository.js';

/** What is left of the room when the history has outgrown it. */
const KEPT_SHARE = 2 / 3;

const CHARACTERS_PER_KEPT_TOKEN = 4;

export interface HistoryWindow {
  kept: PastMessage[];
  /** Where it begins from now on; null when nothing was left out. */
  startsAt: number | null;
}

/**
 * The messages that are sent. The history grows until it has filled the room, and then loses its oldest third at once: until it has grown
 * again, every request begins like the one before it, which lets model services read it from their caches. `past` begins where an earlier
 * turn has begun it; `nextPlace` is where the turn's own question stands.
 */
export function windowOf(
  past: readonly PastMessage[],
  always: readonly string[],
  budget: number,
  model: string,
  nextPlace: number,
): HistoryWindow {
  const attached = past.reduce((sum, { attachments }) => sum + attachmentTokens(attachments), 0);
  const isWithinLimit = past.length <= HISTORY_LIMIT;
  const texts = [...always, ...past.flatMap(({ text, kept }) => (kept ? [text, JSON.stringify(kept)] : [text]))];
  // A token is at least one byte: texts that fit in bytes fit in tokens, and need no counting.
  const fitsInBytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), attached) <= budget;
  if (isWithinLimit && fitsInBytes) return { kept: [...past], startsAt: null };
  const room = always.reduce((left, text) => left - countTokens(text, model), budget);
  const sizes = past.map(
    (message) => countTokens(message.text, model) + keptTokens(message.kept) + attachmentTokens(message.attachments),
  );
  if (isWithinLimit && sizes.reduce((sum, size) => sum + size, 0) <= room) return { kept: [...past], startsAt: null };
  const kept = fromQuestion(newest(past, sizes, room * KEPT_SHARE, Math.floor(HISTORY_LIMIT * KEPT_SHARE)));
  return { kept, startsAt: kept[0]?.place ?? nextPlace };
}

/** Encrypted thoughts have no words to count. */
const keptTokens = (kept: PastMessage['kept']): number =>
  kept === null ? 0 : Math.ceil(JSON.stringify(kept.items).length / CHARACTERS_PER_KEPT_TOKEN);

function newest(past: readonly PastMessage[], sizes: number[], room: number, limit: number): PastMessage[] {
  let left = room;
  let start = past.length;
  while (start > 0 && past.length - start < limit && sizes[start - 1]! <= left) left -= sizes[--start]!;
  return past.slice(start);
}

/** The messages from the first question on: an answer without its question misleads, and some services refuse it. */
function fromQuestion(messages: PastMessage[]): PastMessage[] {
  const start = messages.findIndex(({ author, kind }) => author === 'customer' || kind === 'whisper');
  return start === -1 ? [] : messages.slice(start);
}
