import type { TakeoverSocket } from './takeover-sockets.js';

/** More than this may lie in wait for a moment, while a reader catches up. */
const MAX_WAITING_BYTES = 1_048_576;
const PATIENCE_MS = 1000;
/** More than this may never lie in wait. */
const MAX_BYTES = 16_777_216;

/**
 * Watches what a connection has not taken yet. A reader that leaves more than 1 MB lying is reported once, unless it goes on reading
 * within a second.
 */
export function watchSendBuffer({ conn }: TakeoverSocket, onTooSlow: () => void): void {
  let waiting = 0;
  let flushes = 0;
  let timer: NodeJS.Timeout | null = null;
  let isReported = false;
  const report = (): void => {
    if (isReported) return;
    isReported = true;
    onTooSlow();
  };
  conn.on('packetCreate', ({ data }: { data?: string | Buffer }) => {
    // What is sent at once into an empty buffer may be as long as it likes.
    if (waiting > MAX_BYTES) report();
    waiting += data?.length ?? 0;
    if (waiting <= MAX_WAITING_BYTES || timer !== null || isReported) return;
    const before = flushes;
    timer = setTimeout(() => {
      timer = null;
      if (flushes === before) report();
    }, PATIENCE_MS);
  });
  conn.on('flush', () => {
    waiting = 0;
    flushes++;
  });
  conn.once('close', () => {
    if (timer !== null) clearTimeout(timer);
  });
}
