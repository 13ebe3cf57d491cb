import { TokenBucket } from './token-bucket.js';

describe('TokenBucket', () => {
  let now: number;
  beforeEach(() => {
    now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  const takeAll = (bucket: TokenBucket): number => {
    let taken = 0;
    while (bucket.take()) taken++;
    return taken;
  };

  it('gives so many at once, then so many a second, and never saves up more', () => {
    const bucket = new TokenBucket(10, 4);
    expect(takeAll(bucket)).toBe(10);
    now += 1000;
    expect([bucket.isFull, takeAll(bucket)]).toEqual([false, 4]);
    now += 3_600_000;
    expect([bucket.isFull, takeAll(bucket)]).toEqual([true, 10]);
  });
});
