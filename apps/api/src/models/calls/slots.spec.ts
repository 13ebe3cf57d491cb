import { Slots, type Release } from './slots.js';

const LONG = 60_000;
const never = new AbortController().signal;

describe('Slots', () => {
  let slots: Slots;

  const take = (signal = never): Promise<Release | null> => slots.take(LONG, signal);

  beforeEach(() => {
    slots = new Slots();
    slots.setLimit(1);
  });

  it('are without limit unless one is set', async () => {
    slots.setLimit(null);
    await Promise.all(Array.from({ length: 100 }, () => take()));
    expect(slots).toMatchObject({ running: 100, waiting: 0 });
  });

  it('are given in the order of asking', async () => {
    const first = await take();
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (place) => {
      const release = await take();
      order.push(place);
      release?.();
    });
    expect(slots).toMatchObject({ running: 1, waiting: 3 });
    first?.();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
    expect(slots).toMatchObject({ running: 0, waiting: 0 });
  });

  it('are given back once', async () => {
    const release = await take();
    release?.();
    release?.();
    expect(slots.running).toBe(0);
  });

  it('are not held by those that gave up: by signal, before or while they wait, or by time', async () => {
    const release = await take();
    const stopped = new AbortController();
    const waiting = take(stopped.signal);
    stopped.abort();
    expect(await waiting).toBeNull();
    expect(await take(stopped.signal)).toBeNull();
    expect(await slots.take(0, never)).toBeNull();
    release?.();
    expect(slots).toMatchObject({ running: 0, waiting: 0 });
  });

  it('follow a limit that changes', async () => {
    await take();
    const waiting = [take(), take()];
    slots.setLimit(3);
    await Promise.all(waiting);
    expect(slots.running).toBe(3);
    slots.setLimit(1);
    expect(await slots.take(0, never)).toBeNull();
  });
});
