import { WorkLoop } from './work-loop.js';

const NEVER_MS = 1_000_000;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('WorkLoop', () => {
  it.each(Array.from({ length: 10 }, (_, steps) => steps))(
    'does another round when it is woken %i steps after the end of one',
    async (steps) => {
      let rounds = 0;
      const wakeLater = async (): Promise<void> => {
        for (let step = 0; step < steps; step++) await Promise.resolve();
        loop.wake();
      };
      const round = (): Promise<boolean> => {
        if (++rounds === 1) void wakeLater();
        return Promise.resolve(false);
      };
      const loop = new WorkLoop(round, NEVER_MS, (error) => {
        throw error;
      });
      loop.start();
      await tick();
      await loop.stop();
      expect(rounds).toBe(2);
    },
  );
});
