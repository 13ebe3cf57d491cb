/** What is remembered of a visitor's chat with one bot. */
export interface Memory {
  token: string | null;
  chatId: string | null;
  /** The last event that was seen, to begin near it. */
  lastSeq: number;
  /** Under which a chat is being begun: the same in every tab, also after a reload. */
  creating: string | null;
}

/** A message on its way: sent again under the same key, it is not said twice. */
export interface StoredDraft {
  key: string;
  text: string;
  /** The last event that was seen before it was sent. */
  after: number;
  at: number;
}

const NOTHING: Memory = { token: null, chatId: null, lastSeq: 0, creating: null };

/** Where a page keeps its memory that may keep nothing in the browser. */
export interface Keeper {
  memory: string | null;
  keep: (memory: string) => void;
}

/** Keeps things in the browser where that is allowed, else with the surrounding site, else for as long as the page is open. */
export class BotStorage {
  private readonly store: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  private readonly name: string;

  constructor(
    botId: string,
    private readonly browser: Storage | null = browserStorage(),
    private readonly keeper: Keeper | null = null,
  ) {
    this.name = `baton:${botId}`;
    this.store = browser ?? new MemoryStorage();
    if (browser === null && keeper?.memory) this.store.setItem(this.name, keeper.memory);
  }

  read(): Memory {
    return { ...NOTHING, ...(parse(this.store.getItem(this.name)) as Partial<Memory> | null) };
  }

  write(changes: Partial<Memory>): void {
    this.set(this.name, { ...this.read(), ...changes });
    if (this.browser === null) this.keeper?.keep(this.store.getItem(this.name)!);
  }

  /** Of every tab, the oldest first. */
  readDrafts(): StoredDraft[] {
    if (this.browser === null) return [];
    const names = Array.from({ length: this.browser.length }, (_, index) => this.browser!.key(index) ?? '');
    return names
      .filter((name) => name.startsWith(this.draftName('')))
      .map((name) => parse(this.store.getItem(name)) as StoredDraft | null)
      .filter((draft): draft is StoredDraft => typeof draft?.text === 'string' && typeof draft.key === 'string')
      .toSorted((a, b) => a.at - b.at);
  }

  writeDraft({ key, text, after, at }: StoredDraft): void {
    this.set(this.draftName(key), { key, text, after, at });
  }

  removeDraft(key: string): void {
    this.store.removeItem(this.draftName(key));
  }

  /** Calls when another tab has begun or left a chat. */
  onChange(listener: (memory: Memory) => void): void {
    addEventListener('storage', (event) => {
      if (event.key === this.name) listener(this.read());
    });
  }

  private draftName(key: string): string {
    return `${this.name}:draft:${key}`;
  }

  private set(name: string, value: unknown): void {
    try {
      this.store.setItem(name, JSON.stringify(value));
    } catch {
      // Full: what is not remembered is only missed after a reload.
    }
  }
}

class MemoryStorage {
  private readonly items = new Map<string, string>();

  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }

  setItem(name: string, value: string): void {
    this.items.set(name, value);
  }

  removeItem(name: string): void {
    this.items.delete(name);
  }
}

/** Null where the browser refuses, as some do inside frames. */
function browserStorage(): Storage | null {
  try {
    const { localStorage } = globalThis;
    localStorage.setItem('baton', '1');
    localStorage.removeItem('baton');
    return localStorage;
  } catch {
    return null;
  }
}

function parse(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
