import { Logger } from '@nestjs/common';
import { WorkLoop } from './work-loop.js';

const INTERVAL_MS = 1000;
const NEVER_MS = 1_000_000;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A round that goes on until it is told to end. */
function held(): { round: () => Promise<void>; begun: () => number; end: () => Promise<void> } {
  const ends: (() => void)[] = [];
  return {
    round: () => new Promise((resolve) => ends.push(resolve)),
    begun: () => ends.length,
    end: () => {
      ends.at(-1)!();
      return settle();
    },
  };
}

describe('WorkLoop', () => {
  const logs = { log: jest.fn(), error: jest.fn(), warn: jest.fn() };

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    jest.clearAllMocks();
    Logger.overrideLogger(logs);
  });

  afterEach(() => {
    Logger.overrideLogger(false);
    jest.useRealTimers();
  });

  it('does a round after each interval, and at once when woken', async () => {
    const round = jest.fn(() => Promise.resolve());
    const loop = new WorkLoop('Work', INTERVAL_MS, round);
    loop.wake();
    loop.start();
    await settle();
    expect(round).toHaveBeenCalledTimes(0);
    for (const _ of [1, 2, 3]) {
      jest.advanceTimersByTime(INTERVAL_MS);
      await settle();
    }
    expect(round).toHaveBeenCalledTimes(3);
    loop.wake();
    await settle();
    expect(round).toHaveBeenCalledTimes(4);
    await loop.stop();
  });

  it('asks for its interval before each pause', async () => {
    let intervalMs = INTERVAL_MS;
    const round = jest.fn(() => Promise.resolve());
    const loop = new WorkLoop('Work', () => intervalMs, round);
    loop.start();
    intervalMs = NEVER_MS;
    for (const _ of [1, 2, 3]) {
      jest.advanceTimersByTime(INTERVAL_MS);
      await settle();
    }
    expect(round).toHaveBeenCalledTimes(1);
    await loop.stop();
  });

  it('does one round at a time, and one more for all who asked meanwhile', async () => {
    const { round, begun, end } = held();
    const loop = new WorkLoop('Work', INTERVAL_MS, round);
    loop.start();
    const first = loop.run();
    await settle();
    jest.advanceTimersByTime(INTERVAL_MS * 5);
    const others = [loop.run(), loop.run()];
    loop.wake();
    await settle();
    expect(begun()).toBe(1);
    await end();
    await first;
    expect(begun()).toBe(2);
    await end();
    await Promise.all(others);
    expect(begun()).toBe(2);
    await loop.stop();
  });

  it('goes on at once while there is more to do', async () => {
    let left = 3;
    const loop = new WorkLoop('Work', NEVER_MS, () => Promise.resolve(--left > 0));
    loop.start();
    loop.wake();
    await settle();
    expect(left).toBe(0);
    await loop.stop();
  });

  it.each(Array.from({ length: 10 }, (_, steps) => steps))(
    'does another round when it is woken %i steps after the end of one',
    async (steps) => {
      let rounds = 0;
      const wakeLater = async (): Promise<void> => {
        for (let step = 0; step < steps; step++) await Promise.resolve();
        loop.wake();
      };
      const loop = new WorkLoop('Work', NEVER_MS, () => {
        if (++rounds === 1) void wakeLater();
        return Promise.resolve(false);
      });
      loop.start();
      loop.wake();
      await settle();
      await loop.stop();
      expect(rounds).toBe(2);
    },
  );

  it('waits for the round under way when it is stopped, and begins none after it', async () => {
    const { round, begun, end } = held();
    const loop = new WorkLoop('Work', INTERVAL_MS, round);
    loop.start();
    loop.wake();
    await settle();
    loop.wake();
    let isStopped = false;
    const stopping = loop.stop().then(() => (isStopped = true));
    await settle();
    expect(isStopped).toBe(false);
    await end();
    await stopping;
    loop.wake();
    await loop.run();
    jest.advanceTimersByTime(INTERVAL_MS * 5);
    await settle();
    expect(begun()).toBe(1);
  });

  it('goes on after a failure, which is logged once however often it repeats itself', async () => {
    const outcomes = ['away', 'away', 'broken', null, 'away'];
    const loop = new WorkLoop('Work', INTERVAL_MS, () => {
      const failure = outcomes.shift() ?? null;
      if (failure !== null) throw new Error(failure);
      return Promise.resolve();
    });
    for (let rounds = outcomes.length; rounds > 0; rounds--) await loop.run();
    expect(logs.error.mock.calls.map(([{ err }]: [{ err: Error }]) => err.message)).toEqual(['away', 'broken', 'away']);
    expect(logs.log).toHaveBeenCalledTimes(1);
    await loop.stop();
  });
});
