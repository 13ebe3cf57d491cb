import type { Actor } from '@baton/client';
import { Store } from './store.js';

/** Who is typing in which chat. */
export type Typists = Readonly<Record<string, Actor>>;

/** A sign that is not renewed is old. */
const EXPIRES_MS = 8000;

export class TypingNotes extends Store<Typists> {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor() {
    super({});
  }

  take(chatId: string, { actor, isTyping }: { actor: Actor; isTyping: boolean }): void {
    this.cancel(chatId);
    if (!isTyping) return this.stop(chatId, actor.kind);
    this.set({ ...this.value, [chatId]: actor });
    this.timers.set(
      chatId,
      setTimeout(() => this.stop(chatId), EXPIRES_MS),
    );
  }

  stop(chatId: string, kind: Actor['kind'] | null = null): void {
    const current = this.value[chatId];
    if (current === undefined || (kind !== null && current.kind !== kind)) return;
    this.cancel(chatId);
    const { [chatId]: _, ...others } = this.value;
    this.set(others);
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.set({});
  }

  private cancel(chatId: string): void {
    clearTimeout(this.timers.get(chatId));
    this.timers.delete(chatId);
  }
}
