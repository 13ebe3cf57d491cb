import { Store } from './store.js';

const KEPT_AS = 'baton.reads';
const MOST = 500;

/** How far each chat was read in this browser, by seq. */
class Reads extends Store<Readonly<Record<string, number>>> {
  constructor() {
    super(readKept());
  }

  mark(chatId: string, seq: number): void {
    if ((this.value[chatId] ?? 0) >= seq) return;
    const { [chatId]: _, ...others } = this.value;
    const newest = Object.entries({ ...others, [chatId]: seq }).slice(-MOST);
    this.set(Object.fromEntries(newest));
    localStorage.setItem(KEPT_AS, JSON.stringify(this.value));
  }
}

function readKept(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}

export const reads = new Reads();
