/// <reference lib="es2024.string" />
import type { KeptThoughts, TurnCitation } from '@app/database';
import type { CarriedItem, ProviderEvent } from '@app/openai';

/** What the trace shows of the thoughts of one turn, in characters. */
const LONGEST_THOUGHTS = 16_000;
/** What is kept for later turns, in bytes of JSON. Longer thoughts are not kept at all: half of them cannot be decrypted. */
const MOST_KEPT_BYTES = 32_768;
const MOST_CITATIONS = 20;

type Note = Extract<ProviderEvent, { type: 'thought' | 'citation' }>;

/** What a turn learns beside its text: thoughts and remarks for the trace, the sources of the answer, and what later turns send back. */
export class AnswerNotes {
  private readonly said = { thought: '', commentary: '' };
  private readonly sources = new Map<string, TurnCitation>();
  kept: KeptThoughts | null = null;

  take(note: Note): void {
    if (note.type === 'thought') {
      const { kind, text } = note;
      this.said[kind] += text.slice(0, LONGEST_THOUGHTS - this.said[kind].length);
      return;
    }
    const { title, url } = note;
    const key = url ?? title;
    if (!this.sources.has(key) && this.sources.size < MOST_CITATIONS) this.sources.set(key, { title, url });
  }

  /** Keeps what belongs to the last round: without the calls of the earlier ones their thoughts are of no use. */
  keep(carried: readonly CarriedItem[], words: Pick<KeptThoughts, 'extra'> & { origin: string | undefined }): void {
    const lasting = carried.filter(({ isLasting }) => isLasting);
    const origin = words.origin ?? lasting[0]?.origin;
    if (origin === undefined || (lasting.length === 0 && words.extra === null)) return;
    const kept = { origin, items: lasting.map(({ value }) => value), extra: words.extra };
    const isLong = Buffer.byteLength(JSON.stringify(kept)) > MOST_KEPT_BYTES;
    this.kept = isLong ? null : kept;
  }

  get citations(): TurnCitation[] {
    return [...this.sources.values()];
  }

  /** For administrators. What is encrypted is only counted. */
  get trace(): Record<string, unknown> {
    const { thought, commentary } = this.said;
    return {
      ...(thought !== '' && { thoughts: thought.trim().toWellFormed() }),
      ...(commentary !== '' && { commentary: commentary.trim().toWellFormed() }),
      ...(this.kept && { kept: { items: this.kept.items.length, bytes: JSON.stringify(this.kept.items).length } }),
    };
  }
}
