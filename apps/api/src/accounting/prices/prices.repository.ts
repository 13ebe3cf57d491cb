import { dialectOf, fromSqlTime, insertRows, Price, updateRows } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, type Repository } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import type { CallUsage } from '../ledger/ledger-rows.js';
import type { PricedService } from './price-book.js';

/** A model that was used without a price. */
export interface UnpricedModel {
  serviceId: string | null;
  model: string;
  calls: number;
  lastAt: Date;
}

/** A settled call that has no cost yet. */
export interface UnpricedCall extends CallUsage {
  id: string;
  serviceId: string | null;
  model: string;
  at: Date;
}

interface CallRow {
  id: string;
  service_id: string | null;
  model: string;
  input_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  is_estimated: number;
  created_at: string | Date;
}

export type NewPrice = Omit<Price, 'id'>;

@Injectable()
export class PricesRepository {
  constructor(@InjectRepository(Price) private readonly prices: Repository<Price>) {}

  list(): Promise<Price[]> {
    return this.prices.find({ order: { model: 'ASC', serviceId: 'ASC', validFrom: 'ASC' } });
  }

  /** Replaces all prices, or those of one service. */
  async replace(prices: readonly NewPrice[], serviceId?: string): Promise<void> {
    await this.prices.manager.transaction(async (tx) => {
      await lockBook(tx);
      await (serviceId === undefined
        ? tx.createQueryBuilder().delete().from(Price).execute()
        : tx.delete(Price, { serviceId }));
      for (let start = 0; start < prices.length; start += 200)
        await tx.insert(
          Price,
          prices.slice(start, start + 200).map((price) => ({ ...price, id: uuidv7() })),
        );
    });
  }

  /** Adds a price if `mayBe` says so of those of the same service and model. */
  async add(price: NewPrice, mayBe: (others: Price[]) => boolean): Promise<string | null> {
    const id = uuidv7();
    const { model, serviceId } = price;
    return this.prices.manager.transaction(async (tx) => {
      await lockBook(tx);
      const others = await tx.findBy(Price, { model, serviceId: serviceId ?? IsNull() });
      if (!mayBe(others)) return null;
      await tx.insert(Price, { ...price, id });
      return id;
    });
  }

  async delete(id: string): Promise<boolean> {
    return (await this.prices.delete({ id })).affected !== 0;
  }

  async findServices(): Promise<Map<string, PricedService>> {
    const rows = await this.prices.manager.query<{ id: string; endpoint: string | null; is_demo: number }[]>(
      'SELECT id, endpoint, is_demo FROM openai_services',
    );
    return new Map(rows.map(({ id, endpoint, is_demo }) => [id, { host: hostOf(endpoint), isDemo: Boolean(is_demo) }]));
  }

  async findUnpriced(since: string): Promise<UnpricedModel[]> {
    const rows = await this.prices.manager.query<
      { service_id: string | null; model: string; calls: number | string; last_at: string | Date }[]
    >(
      `SELECT service_id, model, COUNT(*) AS calls, MAX(created_at) AS last_at FROM usage_ledger
       WHERE request_date >= ? AND status = 'settled' AND cost_nano IS NULL GROUP BY service_id, model ORDER BY calls DESC LIMIT 200`,
      [since],
    );
    return rows.map((row) => ({
      serviceId: row.service_id,
      model: row.model,
      calls: Number(row.calls),
      lastAt: fromSqlTime(row.last_at),
    }));
  }

  /** The next calls of a day that have no cost, after the given id. */
  async findUnpricedCalls(day: string, after: string, limit: number): Promise<UnpricedCall[]> {
    const rows = await this.prices.manager.query<CallRow[]>(
      `SELECT id, service_id, model, input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens, is_estimated, created_at
       FROM usage_ledger WHERE request_date = ? AND id > ? AND status = 'settled' AND cost_nano IS NULL ORDER BY id LIMIT ${limit}`,
      [day, after],
    );
    return rows.map((row) => ({
      id: row.id,
      serviceId: row.service_id,
      model: row.model,
      at: fromSqlTime(row.created_at),
      inputTokens: row.input_tokens,
      cachedTokens: row.cached_tokens,
      cacheWriteTokens: row.cache_write_tokens,
      outputTokens: row.output_tokens,
      reasoningTokens: row.reasoning_tokens,
      isEstimated: Boolean(row.is_estimated),
    }));
  }

  async storeCosts(costs: { id: string; costNano: number }[]): Promise<void> {
    const rows = costs.map(({ id, costNano }) => ({ id, cost_nano: costNano }));
    await updateRows(this.prices.manager, 'usage_ledger', rows);
  }
}

function hostOf(endpoint: string | null): string | null {
  return endpoint !== null && URL.canParse(endpoint) ? new URL(endpoint).hostname : null;
}

/** Changes of prices run one after the other. A row that is always there stands for the book: what is to be added cannot be locked. */
async function lockBook(tx: EntityManager): Promise<void> {
  const row = { name: 'price_book', value: 'null', updated_at: '2000-01-01 00:00:00.000' };
  await insertRows(tx, 'system_state', [row], dialectOf(tx.connection).orUpdate('name', ['value']));
}
