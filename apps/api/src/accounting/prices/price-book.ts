import type { CallUsage } from '../ledger/ledger-rows.js';

/** Nano-dollars for a million tokens. */
export interface Rates {
  inputNano: number;
  cachedNano: number;
  cacheWriteNano: number;
  outputNano: number;
}

/** A price of the book. Intervals contain their beginning and not their end. */
export interface BookedPrice extends Rates {
  /** Null for every service. */
  serviceId: string | null;
  /** A model's name, or the beginning of names followed by `*`. */
  model: string;
  validFrom: Date;
  validUntil: Date | null;
}

/** A price of the book that comes with the server: it is that of a public service. */
export interface DefaultPrice extends Omit<BookedPrice, 'serviceId'> {
  /** The host at which it applies. */
  host: string;
}

/** What the book has to know of a service to find its prices. */
export interface PricedService {
  host: string | null;
  /** The demo costs nothing. */
  isDemo: boolean;
}

export const FREE: Rates = { inputNano: 0, cachedNano: 0, cacheWriteNano: 0, outputNano: 0 };
const TOKENS = 1_000_000n;

/**
 * What a call costs, in nano-dollars. Whole numbers throughout: the sum of tokens times prices is divided once, and rounded half up to the
 * nano-dollar. Null stands for a model without a price; a call that used nothing costs nothing whatever its model.
 */
export function costOf(usage: CallUsage, rates: Rates | null): number | null {
  const { inputTokens, cachedTokens, cacheWriteTokens, outputTokens } = usage;
  if (inputTokens === 0 && outputTokens === 0) return 0;
  if (rates === null) return null;
  const fresh = Math.max(0, inputTokens - cachedTokens - cacheWriteTokens);
  const sum = [
    [fresh, rates.inputNano],
    [cachedTokens, rates.cachedNano],
    [cacheWriteTokens, rates.cacheWriteNano],
    [outputTokens, rates.outputNano],
  ].reduce((total, [tokens, nano]) => total + BigInt(tokens!) * BigInt(nano!), 0n);
  return Number((sum + TOKENS / 2n) / TOKENS);
}

/**
 * Finds the price of a call. What administrators have set comes before the default book; what they have set for the service before what
 * they have set for every service; the model's own name before a pattern, and a longer pattern before a shorter one.
 */
export class PriceBook {
  /** Per service and model: the prices that apply, best first. */
  private readonly known = new Map<string, (BookedPrice | DefaultPrice)[]>();

  constructor(
    private readonly booked: readonly BookedPrice[],
    private readonly defaults: readonly DefaultPrice[],
    private readonly services: ReadonlyMap<string, PricedService>,
  ) {}

  /** Null when the model has no price at that time. */
  find(serviceId: string | null, model: string, at: Date): Rates | null {
    const valid = this.candidatesOf(serviceId, model).find(
      ({ validFrom, validUntil }) => validFrom <= at && (validUntil === null || at < validUntil),
    );
    if (valid !== undefined) return valid;
    return serviceId !== null && this.services.get(serviceId)?.isDemo ? FREE : null;
  }

  private candidatesOf(serviceId: string | null, model: string): (BookedPrice | DefaultPrice)[] {
    const key = `${serviceId} ${model}`;
    let found = this.known.get(key);
    if (found === undefined) {
      const { host = null } = (serviceId !== null && this.services.get(serviceId)) || {};
      found = [
        ...best(
          this.booked.filter((price) => serviceId !== null && price.serviceId === serviceId),
          model,
        ),
        ...best(
          this.booked.filter((price) => price.serviceId === null),
          model,
        ),
        ...best(
          this.defaults.filter((price) => price.host === host),
          model,
        ),
      ];
      // Names come from customers' bots: what is remembered has an end.
      if (this.known.size >= MOST_KNOWN) this.known.clear();
      this.known.set(key, found);
    }
    return found;
  }
}

const MOST_KNOWN = 10_000;

const isPattern = (model: string): boolean => model.endsWith('*');

function best<P extends { model: string }>(prices: readonly P[], model: string): P[] {
  const fits = (pattern: string): boolean =>
    isPattern(pattern) ? model.startsWith(pattern.slice(0, -1)) : pattern === model;
  return prices
    .filter((price) => fits(price.model))
    .toSorted((a, b) => Number(isPattern(a.model)) - Number(isPattern(b.model)) || b.model.length - a.model.length);
}

/** Two prices of one service and model that are valid at the same time, if there are any. */
export function findOverlap<P extends BookedPrice>(prices: readonly P[]): [P, P] | null {
  const sorted = prices.toSorted(
    (a, b) =>
      compare(a.serviceId ?? '', b.serviceId ?? '') ||
      compare(a.model, b.model) ||
      a.validFrom.getTime() - b.validFrom.getTime(),
  );
  for (const [index, next] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before?.serviceId !== next.serviceId || before.model !== next.model) continue;
    if (before.validUntil === null || before.validUntil > next.validFrom) return [before, next];
  }
  return null;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
