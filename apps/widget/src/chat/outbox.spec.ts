import { ApiError } from '../api.js';
import { Outbox, type Draft } from './outbox.js';
import { BotStorage } from './storage.js';

const unreachable = new ApiError(0, 'UNREACHABLE');

/** A browser's storage, as far as it is used. */
class FakeStorage {
  readonly items = new Map<string, string>();
  get length(): number {
    return this.items.size;
  }
  key = (index: number): string | null => [...this.items.keys()][index] ?? null;
  getItem = (name: string): string | null => this.items.get(name) ?? null;
  setItem = (name: string, value: string): void => void this.items.set(name, value);
  removeItem = (name: string): void => void this.items.delete(name);
}

describe('Outbox', () => {
  let browser: FakeStorage;
  let said: string[];
  let keys: string[];
  let errors: ApiError[];

  const open = (): Outbox =>
    new Outbox(new BotStorage('b1', browser as unknown as Storage), {
      changed: () => undefined,
      deliver: async ({ text, key }: Draft) => {
        keys.push(key);
        const error = errors.shift();
        if (error !== undefined) throw error;
        said.push(text);
      },
    });
  const states = (outbox: Outbox): string[] => outbox.all.map(({ text, state }) => `${text} ${state}`);
  const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);

  beforeEach(() => {
    jest.useFakeTimers();
    browser = new FakeStorage();
    [said, keys, errors] = [[], [], []];
  });
  afterEach(() => jest.useRealTimers());

  it('sends one after the other, and keeps each until the log has it', async () => {
    const outbox = open();
    outbox.add('one', 0);
    outbox.add('two', 0);
    await pass(0);
    expect([said, states(outbox)]).toEqual([
      ['one', 'two'],
      ['one sent', 'two sent'],
    ]);
    expect(outbox.settle('one', 1)).toBe(true);
    expect(states(outbox)).toEqual(['two sent']);
    outbox.settle('two', 3);
    expect(browser.items.size).toBe(0);
  });

  it('takes nothing for settled that was said before', async () => {
    const outbox = open();
    outbox.add('yes', 7);
    await pass(0);
    expect(outbox.settle('yes', 7)).toBe(false);
    expect(outbox.settle('no', 8)).toBe(false);
    expect(outbox.settle('yes', 8)).toBe(true);
  });

  it('tries again under the same key', async () => {
    errors = [unreachable, new ApiError(503, 'SHUTTING_DOWN'), new ApiError(502, '')];
    const outbox = open();
    outbox.add('one', 0);
    outbox.add('two', 0);
    await pass(10_000);
    expect(said).toEqual(['one', 'two']);
    expect(new Set(keys).size).toBe(2);
    expect(keys).toHaveLength(5);
  });

  it('gives up after a while, and goes on when there is a connection', async () => {
    errors = Array.from({ length: 6 }, () => unreachable);
    const outbox = open();
    outbox.add('one', 0);
    await pass(60_000);
    expect([states(outbox), outbox.all[0]!.error]).toEqual([['one failed'], 'UNREACHABLE']);
    outbox.resume();
    await pass(0);
    expect([said, new Set(keys).size]).toEqual([['one'], 1]);
  });

  it('does not wait out its pause when the connection is back', async () => {
    errors = [unreachable, unreachable, unreachable, unreachable];
    const outbox = open();
    outbox.add('one', 0);
    await pass(3600);
    expect(keys).toHaveLength(4);
    outbox.resume();
    await pass(0);
    expect(said).toEqual(['one']);
  });

  it('has the patience that the server asks for, connection or not', async () => {
    errors = [new ApiError(429, 'RATE_LIMITED', 7)];
    const outbox = open();
    outbox.add('one', 0);
    await pass(0);
    expect(outbox.all[0]!.retryAt).toBe(Date.now() + 7000);
    outbox.resume();
    await pass(6900);
    expect(said).toEqual([]);
    await pass(100);
    expect(said).toEqual(['one']);
  });

  it('lets one that is refused not hold up the next', async () => {
    errors = [new ApiError(400, 'VALIDATION_FAILED')];
    const outbox = open();
    outbox.add('bad', 0);
    outbox.add('good', 0);
    await pass(0);
    expect([said, states(outbox)]).toEqual([['good'], ['bad failed', 'good sent']]);
    outbox.discard(outbox.all[0]!.key);
    expect(states(outbox)).toEqual(['good sent']);
  });

  it('takes up after a reload what was on its way, under the same key', async () => {
    errors = [unreachable];
    open().add('one', 3);
    await pass(0);
    const [key] = keys;
    const reloaded = open();
    expect(states(reloaded)).toEqual(['one waiting']);
    void reloaded.send();
    await pass(0);
    expect([said, keys.at(-1)]).toEqual([['one'], key]);
  });

  it('asks before it sends what is older than the server’s memory', async () => {
    errors = [unreachable];
    open().add('one', 0);
    await pass(0);
    jest.setSystemTime(Date.now() + 24 * 3_600_000);
    expect(states(open())).toEqual(['one failed']);
  });

  it('reads no drafts of other bots, and none that are broken', () => {
    browser.setItem('baton:b2:draft:k', JSON.stringify({ key: 'k', text: 'other', after: 0, at: Date.now() }));
    browser.setItem('baton:b1:draft:x', '{');
    browser.setItem('baton:b1:draft:y', '7');
    expect(open().all).toEqual([]);
  });
});
