import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Below the suite's time limit for a test. */
    patienceMs: number;
  }
}

const LOOK_AGAIN_MS = 5;

/** Looks again and again until what it sees is as wanted, and returns that. Leaves the event loop to others between two looks. */
export async function eventually<Seen>(
  look: () => Seen | Promise<Seen>,
  isWanted: (seen: Seen) => boolean = Boolean,
): Promise<Seen> {
  const patienceMs = inject('patienceMs');
  // Made before the first pause, when the stack still leads to who waits.
  const inVain = new Error(`Waited ${patienceMs} ms in vain`);
  Error.captureStackTrace(inVain, eventually);
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (isWanted(seen)) return seen;
    if (performance.now() > giveUpAt) throw inVain;
    await delay(LOOK_AGAIN_MS);
  }
}
