import { keyIdIn, keyIdOf, open, seal } from './secret-envelope.js';

/** The encryption keys of an installation: the current one seals, and every one opens what it has sealed. */
export class KeyRing {
  private readonly keys: ReadonlyMap<string, Buffer>;
  readonly currentId: string;

  constructor(
    private readonly current: Buffer,
    previous: readonly Buffer[],
  ) {
    this.keys = new Map([current, ...previous].map((key) => [keyIdOf(key), key]));
    this.currentId = keyIdOf(current);
  }

  /** The current one first. */
  get ids(): string[] {
    return [...this.keys.keys()];
  }

  /** The current one first. */
  get all(): Buffer[] {
    return [...this.keys.values()];
  }

  seal(text: string, place: string): string {
    return seal(this.current, text, place);
  }

  /** Null when no key opens the envelope in this place. */
  open(envelope: string, place: string): string | null {
    const id = keyIdIn(envelope);
    const named = id === null ? this.all : this.all.filter((_, index) => this.ids[index] === id);
    for (const key of named) {
      const text = open(key, envelope, place);
      if (text !== null) return text;
    }
    return null;
  }

  /** The secret sealed by the current key. An envelope of that key, and one that does not open, stays as it is. */
  renew(envelope: string, place: string): string {
    if (keyIdIn(envelope) === this.currentId) return envelope;
    const text = this.open(envelope, place);
    return text === null ? envelope : this.seal(text, place);
  }
}
