import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 5;

/** Resolves when the condition holds. Leaves the event loop to others between two looks; the test's own time limit ends it. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(LOOK_AGAIN_MS);
}
