import { EventStream } from './event-stream.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const LARGE = `data: ${'x'.repeat(300_000)}\n\n`;

describe('EventStream', () => {
  it('sends what comes within one turn of the event loop as one piece, after a first byte', async () => {
    const stream = new EventStream();
    stream.send('data: 1\n\n');
    stream.send('data: 2\n\n');
    await nextTurn();
    expect(String(stream.read())).toBe(': connected\n\ndata: 1\n\ndata: 2\n\n');
  });

  it('sends a sign of life from time to time, until it is over', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      const stream = new EventStream();
      jest.advanceTimersByTime(30_000);
      await nextTurn();
      expect(String(stream.read())).toBe(': connected\n\n: \n\n: \n\n');
      stream.destroy();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('lets a reader go that does not keep up', async () => {
    const stream = new EventStream();
    for (let index = 0; index < 6; index++) {
      stream.send(LARGE);
      await nextTurn();
    }
    const text = String(stream.read());
    expect(text.endsWith('event: stream.closed\ndata: {"reason":"slow_reader"}\n\n')).toBe(true);
    expect(text.match(/^data: x/gm)).toHaveLength(2);
    stream.finish();
    expect(stream.read()).toBeNull();
  });

  it('takes what is longer than that at once from a reader that keeps up', async () => {
    const stream = new EventStream();
    stream.send(LARGE.repeat(5));
    await nextTurn();
    expect(String(stream.read())).toHaveLength(': connected\n\n'.length + 5 * LARGE.length);
  });

  it('lets a writer wait for the reader', async () => {
    const stream = new EventStream();
    stream.send('data: 1\n\n');
    expect(stream.whenRead()).toBeNull();
    stream.send(LARGE);
    const pause = stream.whenRead();
    expect(pause).not.toBeNull();
    stream.read();
    await pause;
    expect(stream.whenRead()).toBeNull();
  });

  it.each([
    ['never makes room', (stream: EventStream) => void stream.whenRead()],
    ['never fetches the end', (stream: EventStream) => stream.finish()],
  ])('keeps nothing for a reader that %s', async (_, act) => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      const stream = new EventStream();
      stream.send(LARGE);
      act(stream);
      jest.advanceTimersByTime(60_000);
      await nextTurn();
      expect(stream.destroyed).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });

  it('gives a reader that reads slowly the time it needs', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      const stream = new EventStream();
      stream.send(LARGE.repeat(2));
      stream.finish();
      for (let read = 0; read < 5; read++) {
        jest.advanceTimersByTime(29_000);
        stream.read(10_000);
        await nextTurn();
      }
      expect(stream.destroyed).toBe(false);
    } finally {
      jest.useRealTimers();
    }
  });

  it('sends the rest before it ends, and nothing afterwards', async () => {
    const stream = new EventStream();
    stream.send('data: 1\n\n');
    stream.finish();
    const pieces: string[] = [];
    for await (const piece of stream) pieces.push(String(piece));
    stream.send('data: 2\n\n');
    expect(pieces.join('')).toBe(': connected\n\ndata: 1\n\n');
  });
});
