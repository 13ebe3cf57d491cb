import { setTimeout as delay } from 'node:timers/promises';

/** Set by the suite, below its time limit for a test. */
declare const PATIENCE_MS: number;
const LOOK_AGAIN_MS = 5;

/** Looks again and again until what it sees is as wanted, and returns that. Leaves the event loop to others between two looks. */
export async function eventually<Seen>(
  look: () => Seen | Promise<Seen>,
  isWanted: (seen: Seen) => boolean = Boolean,
): Promise<Seen> {
  // Made before the first pause, when the stack still leads to who waits.
  const inVain = new Error(`Waited ${PATIENCE_MS} ms in vain`);
  Error.captureStackTrace(inVain, eventually);
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (isWanted(seen)) return seen;
    if (performance.now() > giveUpAt) throw inVain;
    await delay(LOOK_AGAIN_MS);
  }
}
