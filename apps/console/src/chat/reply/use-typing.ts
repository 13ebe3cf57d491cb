import { useEffect, useMemo } from 'react';
import type { LiveDesk } from '../../live/live-desk.js';

const RENEW_MS = 3000;
const PAUSE_MS = 5000;

/** Shows the customer that the agent is typing: while letters come, and not longer. */
export function useTyping(
  live: LiveDesk,
  chatId: string,
  isOn: boolean,
): { note(isTyping: boolean): void; stop(): void } {
  const typing = useMemo(() => new TypingSignal(live, chatId), [live, chatId]);
  useEffect(() => () => typing.stop(), [typing]);
  return useMemo(
    () => ({ note: (isTyping) => (isOn && isTyping ? typing.start() : typing.stop()), stop: () => typing.stop() }),
    [typing, isOn],
  );
}

class TypingSignal {
  private shownAt = 0;
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly live: LiveDesk,
    private readonly chatId: string,
  ) {}

  start(): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.stop(), PAUSE_MS);
    if (Date.now() - this.shownAt < RENEW_MS) return;
    this.shownAt = Date.now();
    this.tell(true);
  }

  stop(): void {
    clearTimeout(this.pause);
    if (this.shownAt === 0) return;
    this.shownAt = 0;
    this.tell(false);
  }

  /** A sign that gets lost is no harm. */
  private tell(isTyping: boolean): void {
    if (this.live.line.value.kind !== 'online') return;
    this.live.client.typing(this.chatId, isTyping).catch(() => undefined);
  }
}
