import { AppConfig, AppError, MetricsRegistry, momentOf, notFound } from '@app/common';
import { Injectable } from '@nestjs/common';
import { CacheService } from '../../cache/index.js';
import { DEFAULT_PRICES } from './default-prices.js';
import { costOf, findOverlap, PriceBook, type Rates } from './price-book.js';
import {
  mapDefaultPrices,
  mapPrice,
  type NewPriceDto,
  type PriceBookDto,
  type PriceListDto,
  type ReplacePricesDto,
} from './price.dto.js';
import { pricesAsCsv, pricesFromCsv } from './price-csv.js';
import { PricesRepository, type NewPrice } from './prices.repository.js';

const BOOK_TTL_MS = 60_000;
const BATCH = 500;
const UNPRICED_DAYS = 31;
const DAY_MS = 86_400_000;

/** What models cost. A change applies to calls that begin after it: what has been used keeps its cost. */
@Injectable()
export class PriceBookService {
  private readonly unpriced = this.metrics.counter('calls_unpriced_total', 'Calls of models that have no price');

  constructor(
    private readonly config: AppConfig,
    private readonly prices: PricesRepository,
    private readonly cache: CacheService,
    private readonly metrics: MetricsRegistry,
  ) {}

  /** The price of a call that is about to be made. Throws MODEL_UNPRICED where the server refuses models without a price. */
  async priceOf(serviceId: string, model: string, at: Date): Promise<Rates | null> {
    const rates = (await this.book()).find(serviceId, model, at);
    if (rates !== null) return rates;
    this.unpriced.inc();
    if (!this.config.provider.refusesUnpriced) return null;
    throw new AppError('MODEL_UNPRICED', {
      detail: `The model ${model} has no price, and this server makes no calls of models without one. Add a price to the price book.`,
    });
  }

  /** The book as it is now. */
  book(): Promise<PriceBook> {
    return this.cache.remember('prices', 'book', BOOK_TTL_MS, async () => {
      const [booked, services] = await Promise.all([this.prices.list(), this.prices.findServices()]);
      return new PriceBook(booked, DEFAULT_PRICES, services);
    });
  }

  async list(): Promise<PriceBookDto> {
    const since = new Date(Date.now() - UNPRICED_DAYS * DAY_MS).toISOString().slice(0, 10);
    const [prices, unpriced] = await Promise.all([this.prices.list(), this.prices.findUnpriced(since)]);
    return {
      prices: prices.map(mapPrice),
      unpriced: unpriced.map(({ lastAt, ...rest }) => ({ ...rest, lastUtc: lastAt.toISOString() })),
    };
  }

  async exportCsv(): Promise<string> {
    return pricesAsCsv((await this.prices.list()).map(mapPrice));
  }

  listDefaults(): PriceListDto {
    return { prices: mapDefaultPrices(DEFAULT_PRICES) };
  }

  /** Replaces the whole book. Prices that overlap are refused, and then nothing changes. */
  async replace(dtos: readonly NewPriceDto[]): Promise<void> {
    const prices = dtos.map((dto, index) => priceFrom(dto, `prices.${index}`));
    const overlap = findOverlap(prices.map((price, index) => ({ ...price, index })));
    if (overlap !== null) throw overlapAt(`prices.${overlap[1].index}`);
    await this.prices.replace(prices);
    await this.cache.forget('prices');
  }

  async import({ prices, csv }: ReplacePricesDto): Promise<void> {
    if (((prices ?? null) === null) === ((csv ?? null) === null))
      throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'prices', message: 'give either prices or csv' }] });
    await this.replace(prices ?? pricesFromCsv(csv ?? ''));
  }

  async add(dto: NewPriceDto): Promise<{ id: string }> {
    const price = priceFrom(dto, '');
    const id = await this.prices.add(price, (others) => findOverlap([...others, price]) === null);
    if (id === null) throw overlapAt('validFrom');
    await this.cache.forget('prices');
    return { id };
  }

  async delete(id: string): Promise<void> {
    if (!(await this.prices.delete(id))) throw notFound('The price');
    await this.cache.forget('prices');
  }

  /** Replaces the prices of one service by such that are always valid. */
  async replaceOfService(serviceId: string, prices: readonly (Rates & { model: string })[]): Promise<void> {
    const updatedAt = new Date();
    const always = { serviceId, validFrom: new Date(0), validUntil: null, source: '', updatedAt };
    await this.prices.replace(
      prices.map((price) => ({ ...price, ...always })),
      serviceId,
    );
    await this.cache.forget('prices');
  }

  /** The prices of one service that are valid now. */
  async listOfService(serviceId: string): Promise<(Rates & { model: string })[]> {
    const now = new Date();
    return (await this.prices.list()).filter(
      (price) =>
        price.serviceId === serviceId &&
        price.validFrom <= now &&
        (price.validUntil === null || now < price.validUntil),
    );
  }

  /** Gives calls of a day that had no price the one that they have by now. */
  async priceDay(day: string): Promise<void> {
    const book = await this.book();
    for (let after = ''; ;) {
      const calls = await this.prices.findUnpricedCalls(day, after, BATCH);
      const costs = calls.flatMap((call) => {
        const costNano = costOf(call, book.find(call.serviceId, call.model, call.at));
        return costNano === null ? [] : [{ id: call.id, costNano }];
      });
      await this.prices.storeCosts(costs);
      if (calls.length < BATCH) return;
      after = calls.at(-1)!.id;
    }
  }
}

function priceFrom(dto: NewPriceDto, path: string): NewPrice {
  const validFrom = dto.validFrom ? momentOf(dto.validFrom) : new Date(0);
  const validUntil = dto.validUntil ? momentOf(dto.validUntil) : null;
  if (validUntil !== null && validUntil <= validFrom)
    throw new AppError('VALIDATION_FAILED', {
      errors: [{ path: [path, 'validUntil'].filter(Boolean).join('.'), message: 'validUntil must be after validFrom' }],
    });
  return {
    serviceId: dto.serviceId ?? null,
    model: dto.model.trim(),
    validFrom,
    validUntil,
    inputNano: dto.inputNano,
    cachedNano: dto.cachedNano ?? dto.inputNano,
    cacheWriteNano: dto.cacheWriteNano ?? dto.inputNano,
    outputNano: dto.outputNano,
    source: dto.source ?? '',
    updatedAt: new Date(),
  };
}

const overlapAt = (path: string): AppError =>
  new AppError('VALIDATION_FAILED', {
    errors: [{ path, message: 'another price of this service and model is valid at the same time' }],
  });
