import { readConfig } from './read-config.js';
import { ShutdownGrace } from './shutdown-grace.js';

const HANGING = new Promise<never>(() => undefined);
const graceOf = (seconds: string): ShutdownGrace =>
  new ShutdownGrace(readConfig([], { SHUTDOWN_GRACE_SECONDS: seconds }));

describe('ShutdownGrace', () => {
  it('waits for work, and fails with it', async () => {
    const grace = graceOf('600');
    await grace.wait(Promise.resolve());
    await expect(grace.wait(Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('waits no longer than the time lasts, once for all', async () => {
    const grace = graceOf('1');
    const startedAt = performance.now();
    await Promise.all([grace.wait(HANGING), grace.wait(HANGING)]);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    // The time is over: these come back at once, or the test never ends.
    for (let number = 0; number < 1000; number++) await grace.wait(HANGING);
  });

  it('gives what must still be done a moment after that', async () => {
    let isDone = false;
    await graceOf('0').wait(
      new Promise((resolve) => setImmediate(resolve)).then(() => (isDone = true)),
      60_000,
    );
    expect(isDone).toBe(true);
  });
});
