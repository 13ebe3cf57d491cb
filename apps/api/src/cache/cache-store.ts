import { Keyv } from 'keyv';

const MAX_ENTRIES = 20_000;

/** Keeps the newest entries when there are too many; expired ones are dropped when they are read. */
class BoundedMap extends Map<string, unknown> {
  override set(key: string, value: unknown): this {
    if (this.size >= MAX_ENTRIES && !this.has(key)) this.delete(this.keys().next().value!);
    return super.set(key, value);
  }
}

/** A store in this process that keeps values as they are: nothing is cloned or written as JSON. */
export const memoryStore = (): Keyv =>
  new Keyv({ store: new BoundedMap(), serialize: undefined, deserialize: undefined, useKeyPrefix: false });
