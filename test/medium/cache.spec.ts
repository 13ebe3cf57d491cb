import { Redis } from 'ioredis';
import { CacheService } from '../../apps/api/src/cache/cache.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { TcpLine } from '../support/tcp-line.mjs';
import { describeWithRedis, REDIS_URL } from '../support/servers.js';

const KEY = { ADMIN_API_KEY: 'k'.repeat(32) };

const cacheOf = (server: TestApp): CacheService => server.app.get(CacheService, { strict: false });
/** Loads of which each answers another number, one after the other. */
const counter = () => {
  let loads = 0;
  return {
    load: () => Promise.resolve(++loads),
    get loads() {
      return loads;
    },
  };
};

describe('the cache', () => {
  let server: TestApp;
  let cache: CacheService;
  beforeAll(async () => {
    server = await startTestApp({ ...KEY, DATABASE_URL: '', REDIS_URL: '' });
    cache = cacheOf(server);
  });
  afterAll(() => server.stop());
  beforeEach(() => cache.clear());

  it('loads once, and gives everybody the very same value', async () => {
    let loads = 0;
    const load = () => Promise.resolve({ loads: ++loads });
    const together = await Promise.all([1, 2, 3].map(() => cache.remember('bots', 'a', 1000, load)));
    const later = await cache.remember('bots', 'a', 1000, load);
    expect(loads).toBe(1);
    expect(new Set([...together, later]).size).toBe(1);
  });

  it('remembers also nothing', async () => {
    const load = jest.fn(() => Promise.resolve(null));
    expect(await cache.remember('bots', 'nothing', 1000, load)).toBeNull();
    expect(await cache.remember('bots', 'nothing', 1000, load)).toBeNull();
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('keeps areas and keys apart, and forgets either', async () => {
    const { load } = counter();
    const ask = (area: 'bots' | 'models', key: string) => cache.remember(area, key, 1000, load);
    expect([await ask('bots', 'a'), await ask('bots', 'b'), await ask('models', 'a')]).toEqual([1, 2, 3]);
    await cache.forget('bots', 'a');
    expect([await ask('bots', 'a'), await ask('bots', 'b'), await ask('models', 'a')]).toEqual([4, 2, 3]);
    await cache.forget('bots');
    expect([await ask('bots', 'a'), await ask('bots', 'b'), await ask('models', 'a')]).toEqual([5, 6, 3]);
    await cache.clear();
    expect(await ask('models', 'a')).toBe(7);
  });

  it('does not remember failures', async () => {
    const fail = () => Promise.reject(new Error('no'));
    await expect(cache.remember('bots', 'a', 1000, fail)).rejects.toThrow('no');
    expect(await cache.remember('bots', 'a', 1000, () => Promise.resolve(1))).toBe(1);
  });

  it('does not keep what was loaded before it was made wrong', async () => {
    let finish: (value: string) => void = () => undefined;
    const slow = cache.remember('bots', 'a', 1000, () => new Promise<string>((resolve) => (finish = resolve)));
    await new Promise((resolve) => setImmediate(resolve));
    await cache.forget('bots', 'a');
    const fresh = cache.remember('bots', 'a', 1000, () => Promise.resolve('new'));
    finish('old');
    expect(await slow).toBe('old');
    expect(await fresh).toBe('new');
    expect(await cache.remember('bots', 'a', 1000, () => Promise.resolve('newer'))).toBe('new');
  });

  it('forgets with time', async () => {
    const { load } = counter();
    expect(await cache.remember('bots', 'a', 1, load)).toBe(1);
    const expired = Date.now() + 2;
    while (Date.now() <= expired) await new Promise((resolve) => setImmediate(resolve));
    expect(await cache.remember('bots', 'a', 1000, load)).toBe(2);
  });
});

describeWithRedis('the caches of two instances', () => {
  const REDIS_PREFIX = `cache-${process.pid}`;
  const subscribers = async (redis: Redis): Promise<number> => {
    const [, count] = (await redis.pubsub('NUMSUB', `${REDIS_PREFIX}:cache`)) as [string, number];
    return count;
  };

  it('forget together, and go on without Redis', async () => {
    const redis = new Redis(REDIS_URL);
    const line = await TcpLine.open(REDIS_URL);
    const [here, there] = await Promise.all(
      [1, 2].map(() => startTestApp({ ...KEY, DATABASE_URL: '', REDIS_URL: line.url, REDIS_PREFIX })),
    );
    await eventually(async () => (await subscribers(redis)) === 2);

    const value = { there: 'old' };
    const ask = () => cacheOf(there!).remember('bots', 'shared', 60_000, () => Promise.resolve(value.there));
    await eventually(async () => (await ask()) === 'old');
    value.there = 'new';
    expect(await ask()).toBe('old');
    await cacheOf(here!).forget('bots', 'shared');
    await eventually(async () => (await ask()) === 'new');

    line.cut();
    await cacheOf(here!).forget('bots', 'shared');
    await cacheOf(here!).clear();
    expect(await ask()).toBe('new');
    await Promise.all([here!.stop(), there!.stop()]);
    redis.disconnect();
  });
});
