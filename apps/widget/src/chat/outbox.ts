import { newIdempotencyKey } from '@baton/client';
import { ApiError } from '../api.js';
import type { BotStorage, StoredDraft } from './storage.js';

/** Why a message is not on its way: a code of the server's, or UNREACHABLE. */
export interface Draft extends StoredDraft {
  state: 'waiting' | 'sending' | 'sent' | 'failed';
  error: string | null;
  /** While the server asks for patience: when it is sent, in milliseconds since 1970. */
  retryAt: number | null;
  /** How often it was tried in a row. */
  attempts: number;
}

export interface Delivery {
  /** Stores the message on the server. Throws {@link ApiError}. */
  deliver(draft: Draft): Promise<void>;
  changed(drafts: readonly Draft[]): void;
}

const RETRY_MS = [500, 1000, 2000, 4000, 8000];
/** The server remembers a key for a day. After a longer wait the visitor decides again whether to send. */
const FRESH_MS = 12 * 3_600_000;
/** Worth another try with the same key, by themselves. */
const PASSING = new Set(['UNREACHABLE', 'SHUTTING_DOWN', 'NOT_READY', 'IDEMPOTENCY_KEY_IN_USE']);
/** When the server does not say for how long. */
const PATIENCE_SECONDS = 5;
const UNTRIED = { state: 'waiting', error: null, retryAt: null, attempts: 0 } as const;

/**
 * Messages on their way, one after the other and in order. Each has a key that stays the same for every attempt, also after a reload,
 * until it is seen in the log: so it is said once, whatever gets lost on the way.
 */
export class Outbox {
  private drafts: readonly Draft[];
  private isBusy = false;
  /** Ends a pause that is there only to wait for a connection. */
  private wake: () => void = () => undefined;

  constructor(
    private readonly storage: BotStorage,
    private readonly delivery: Delivery,
  ) {
    const oldest = Date.now() - FRESH_MS;
    this.drafts = storage.readDrafts().map((stored) => ({
      ...stored,
      state: stored.at > oldest ? 'waiting' : 'failed',
      error: stored.at > oldest ? null : 'UNREACHABLE',
      retryAt: null,
      attempts: 0,
    }));
  }

  get all(): readonly Draft[] {
    return this.drafts;
  }

  add(text: string, after: number): void {
    const stored = { key: newIdempotencyKey(), text, after, at: Date.now() };
    this.storage.writeDraft(stored);
    this.set([...this.drafts, { ...stored, ...UNTRIED }]);
    void this.send();
  }

  /** The log holds a message of ours. Returns whether it was one of these. */
  settle(text: string, seq: number): boolean {
    const settled = this.drafts.find((draft) => draft.text === text && seq > draft.after);
    if (settled !== undefined) this.discard(settled.key);
    return settled !== undefined;
  }

  discard(key: string): void {
    this.storage.removeDraft(key);
    this.set(this.drafts.filter((draft) => draft.key !== key));
  }

  retry(key: string): void {
    this.update(key, UNTRIED);
    void this.send();
  }

  /** What failed for want of a connection goes out by itself when there is one again. */
  resume(): void {
    for (const { key, state, error } of this.drafts)
      if (state === 'failed' && error === 'UNREACHABLE') this.update(key, UNTRIED);
    this.wake();
    void this.send();
  }

  /** What was sent to a chat that is gone must be said again in the next. */
  moveToNewChat(): void {
    for (const { key } of this.drafts) this.update(key, { ...UNTRIED, after: 0 });
  }

  async send(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    for (;;) {
      const next = this.drafts.find(({ state }) => state === 'waiting');
      if (next === undefined) break;
      await this.tryOnce(next.key);
    }
    this.isBusy = false;
  }

  private async tryOnce(key: string): Promise<void> {
    this.update(key, { state: 'sending', error: null, retryAt: null });
    try {
      const draft = this.drafts.find((each) => each.key === key);
      if (draft !== undefined) await this.delivery.deliver(draft);
      this.update(key, { state: 'sent' });
    } catch (error) {
      if (error instanceof ApiError) await this.afterError(key, error);
      else this.update(key, { state: 'failed', error: 'INTERNAL' });
    }
  }

  /** Returns when the next attempt is due. */
  private async afterError(key: string, { code, status, retryAfterSeconds }: ApiError): Promise<void> {
    if (status === 429) {
      const pause = (retryAfterSeconds ?? PATIENCE_SECONDS) * 1000;
      this.update(key, { state: 'waiting', error: code, retryAt: Date.now() + pause });
      return sleep(pause);
    }
    const attempts = this.drafts.find((draft) => draft.key === key)?.attempts ?? 0;
    const mayPass = PASSING.has(code) || (status >= 502 && code === '');
    const pause = mayPass ? RETRY_MS[attempts] : undefined;
    if (pause === undefined) {
      this.update(key, { state: 'failed', error: mayPass ? 'UNREACHABLE' : code });
      return;
    }
    this.update(key, { state: 'waiting', error: null, attempts: attempts + 1 });
    await Promise.race([sleep(pause), new Promise<void>((resolve) => (this.wake = resolve))]);
  }

  private update(key: string, changes: Partial<Draft>): void {
    if (!this.drafts.some((draft) => draft.key === key)) return;
    this.set(this.drafts.map((draft) => (draft.key === key ? { ...draft, ...changes } : draft)));
  }

  private set(drafts: readonly Draft[]): void {
    this.drafts = drafts;
    this.delivery.changed(drafts);
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
