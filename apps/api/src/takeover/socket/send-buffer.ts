import type { TakeoverSocket } from './takeover-sockets.js';

/** More than this may lie in wait for a moment, while a reader catches up. With what its connection holds, it is 1 MB. */
const MAX_WAITING_BYTES = 786_432;
const PATIENCE_MS = 1000;
/** More than this may never lie in wait. */
const MAX_BYTES = 16_777_216;
/** A reader with less than this to read keeps up. */
const KEEPS_UP_BYTES = 65_536;

/** What a connection has not taken yet. */
export interface SendBuffer {
  /** For who has much to tell: null while the reader keeps up, else resolves when it does again, or is gone. */
  whenRead(): Promise<void> | null;
}

/**
 * Watches what a connection has not taken yet. A reader that leaves more than 1 MB lying is reported once, unless it goes on reading
 * within a second.
 */
export function watchSendBuffer({ conn }: TakeoverSocket, onTooSlow: () => void): SendBuffer {
  /** Bytes that wait for those before them, and bytes on their way. */
  let waiting = 0;
  let sending = 0;
  let drains = 0;
  let timer: NodeJS.Timeout | null = null;
  let isOver = false;
  let readers: (() => void)[] = [];
  const goOn = (): void => {
    for (const resolve of readers.splice(0)) resolve();
  };
  const report = (): void => {
    if (isOver) return;
    isOver = true;
    goOn();
    onTooSlow();
  };
  conn.on('packetCreate', ({ data }: { data?: string | Buffer }) => {
    // What is sent at once into an empty buffer may be as long as it likes.
    if (waiting + sending > MAX_BYTES) report();
    waiting += data?.length ?? 0;
    if (waiting + sending <= MAX_WAITING_BYTES || timer !== null || isOver) return;
    const before = drains;
    timer = setTimeout(() => {
      timer = null;
      if (drains === before) report();
    }, PATIENCE_MS);
  });
  conn.on('flush', () => {
    sending += waiting;
    waiting = 0;
  });
  const hear = (transport: { on(event: 'drain', listener: () => void): unknown }): void => {
    transport.on('drain', () => {
      sending = 0;
      drains++;
      if (waiting < KEEPS_UP_BYTES) goOn();
    });
  };
  hear(conn.transport);
  conn.on('upgrade', hear);
  conn.once('close', () => {
    isOver = true;
    goOn();
    if (timer !== null) clearTimeout(timer);
  });
  return {
    whenRead: () =>
      isOver || waiting + sending < KEEPS_UP_BYTES ? null : new Promise((resolve) => readers.push(resolve)),
  };
}
