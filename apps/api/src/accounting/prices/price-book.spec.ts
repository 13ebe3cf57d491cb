import { NO_CALL_USAGE } from '../ledger/ledger-rows.js';
import { DEFAULT_PRICES, PRICE_LISTS } from './default-prices.js';
import { costOf, findOverlap, FREE, PriceBook, type BookedPrice, type Rates } from './price-book.js';

const rates = (inputNano: number): Rates => ({ inputNano, cachedNano: 0, cacheWriteNano: 0, outputNano: 0 });
const price = (model: string, inputNano: number, changes: Partial<BookedPrice> = {}): BookedPrice => ({
  serviceId: null,
  model,
  validFrom: new Date(0),
  validUntil: null,
  ...rates(inputNano),
  ...changes,
});
const used = (changes: object) => ({ ...NO_CALL_USAGE, ...changes });
const NOW = new Date('2027-01-15T12:00:00Z');

describe('the cost of a call', () => {
  const all: Rates = { inputNano: 2_500_000, cachedNano: 12_500, cacheWriteNano: 3_125_000, outputNano: 10_000_000 };

  it('takes each kind of token once', () => {
    const usage = used({
      inputTokens: 1000,
      cachedTokens: 400,
      cacheWriteTokens: 100,
      outputTokens: 50,
      reasoningTokens: 40,
    });
    // 500 fresh at 2.5, 400 cached at 0.0125, 100 written at 3.125, 50 out at 10.
    expect(costOf(usage, all)).toBe(2068);
  });

  it.each([
    [499_999, 0],
    [500_000, 1],
    [1_499_999, 1],
    [1_500_000, 2],
  ])('rounds %i millionths of a nano-dollar to %i', (inputNano, cost) => {
    expect(costOf(used({ inputTokens: 1 }), rates(inputNano))).toBe(cost);
  });

  it('is exact where floating point is not', () => {
    const usage = used({ inputTokens: 100_000_000, outputTokens: 99_999_999 });
    const dear = { ...all, inputNano: 999_999_999_999, outputNano: 999_999_999_999 };
    expect(costOf(usage, dear)).toBe(Number((199_999_999n * 999_999_999_999n + 500_000n) / 1_000_000n));
  });

  it('is nothing for nothing, and unknown without a price', () => {
    expect(costOf(used({}), null)).toBe(0);
    expect(costOf(used({ outputTokens: 1 }), null)).toBeNull();
  });
});

describe('the price book', () => {
  const services = new Map([
    ['openai', { host: 'api.openai.com', isDemo: false }],
    ['own', { host: '10.0.0.1', isDemo: false }],
    ['demo', { host: null, isDemo: true }],
  ]);
  const bookOf = (...prices: BookedPrice[]): PriceBook => new PriceBook(prices, DEFAULT_PRICES, services);
  const found = (book: PriceBook, service: string, model: string, at = NOW): number | undefined =>
    book.find(service, model, at)?.inputNano;

  it('prefers the service, then the name, then the longer pattern', () => {
    const book = bookOf(
      price('*', 1),
      price('m-*', 2),
      price('m-1*', 3),
      price('m-1-mini', 4),
      price('m-*', 5, { serviceId: 'own' }),
    );
    expect(['x', 'm-2', 'm-1', 'm-1-mini'].map((model) => found(book, 'openai', model))).toEqual([1, 2, 3, 4]);
    expect(['x', 'm-2', 'm-1-mini'].map((model) => found(book, 'own', model))).toEqual([1, 5, 5]);
  });

  it('is valid from its first moment until the one before its end', () => {
    const change = new Date('2027-01-01T00:00:00Z');
    const book = bookOf(price('m', 1, { validUntil: change }), price('m', 2, { validFrom: change }));
    const at = (time: string): number | undefined => found(book, 'own', 'm', new Date(time));
    expect(at('2026-12-31T23:59:59.999Z')).toBe(1);
    expect(at('2027-01-01T00:00:00.000Z')).toBe(2);
    expect(at('1999-01-01')).toBe(1);
    const later = bookOf(price('m', 1, { validFrom: change }));
    expect(found(later, 'own', 'm', new Date('2026-12-31'))).toBeUndefined();
  });

  it('falls back on the default book at the public service alone, and the demo is free', () => {
    const listed = DEFAULT_PRICES.find(({ host }) => host === 'api.openai.com')!;
    const book = bookOf();
    expect(found(book, 'openai', listed.model)).toBe(listed.inputNano);
    expect(found(book, 'own', listed.model)).toBeUndefined();
    expect(book.find('demo', 'anything', NOW)).toEqual(FREE);
    expect(found(bookOf(price(listed.model, 7)), 'openai', listed.model)).toBe(7);
  });

  it('finds prices that are valid at the same time', () => {
    const [a, b] = [new Date('2027-01-01'), new Date('2027-02-01')];
    expect(findOverlap([price('m', 1, { validUntil: a }), price('m', 2, { validFrom: a })])).toBeNull();
    expect(findOverlap([price('m', 1, { validUntil: b }), price('m', 2, { validFrom: a })])).not.toBeNull();
    expect(findOverlap([price('m', 1), price('m', 2, { validFrom: a })])).not.toBeNull();
    expect(findOverlap([price('m', 1), price('n', 2), price('m', 3, { serviceId: 'own' })])).toBeNull();
  });
});

describe('the default book', () => {
  it('has each model once, from a dated source', () => {
    const names = DEFAULT_PRICES.map(({ host, model }) => `${host} ${model}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { source, asOf } of PRICE_LISTS) {
      expect(URL.canParse(source)).toBe(true);
      expect(new Date(asOf).toISOString().startsWith(asOf)).toBe(true);
    }
    for (const { inputNano, cachedNano, outputNano } of DEFAULT_PRICES) {
      expect([inputNano, cachedNano, outputNano].every((nano) => Number.isSafeInteger(nano) && nano > 0)).toBe(true);
      expect(cachedNano).toBeLessThanOrEqual(inputNano);
    }
  });
});
