import type { MigrationInterface, QueryRunner } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { insertRows, type SqlRow } from '../bulk.js';
import { TableBuilder } from './table-builder.js';

const TOKENS = 1_000_000;
const ALWAYS = '1970-01-01 00:00:00.000';

interface OldPrice {
  service_id: string;
  model: string;
  input_nano: number | string;
  cached_nano: number | string;
  output_nano: number | string;
}

/** Prices of a token cannot hold what a token costs (half a nano-dollar is common): from now on they are those of a million tokens. */
export class PriceBook1795241400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.create('price_book', {
      id: t.primary(t.key()),
      service_id: t.nullable(t.key()),
      model: t.exact(200),
      valid_from: t.time(),
      valid_until: t.nullable(t.time()),
      input_nano: t.bigint(),
      cached_nano: t.bigint(),
      cache_write_nano: t.bigint(),
      output_nano: t.bigint(),
      source: t.varchar(500),
      updated_at: t.time(),
    });
    const old: OldPrice[] = await runner.query(
      'SELECT service_id, model, input_nano, cached_nano, output_nano FROM prices',
    );
    const rows = old.map(({ service_id, model, input_nano, cached_nano, output_nano }): SqlRow => ({
      id: uuidv7(),
      service_id,
      model,
      valid_from: ALWAYS,
      valid_until: null,
      input_nano: Number(input_nano) * TOKENS,
      cached_nano: Number(cached_nano) * TOKENS,
      cache_write_nano: Number(input_nano) * TOKENS,
      output_nano: Number(output_nano) * TOKENS,
      source: '',
      updated_at: ALWAYS,
    }));
    for (const row of rows) await insertRows(runner.manager, 'price_book', [row]);
    await runner.dropTable('prices');
  }

  /** Prices of a part of a nano-dollar for a token, of models by pattern, and of other times are lost. */
  async down(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.create('prices', {
      service_id: t.primary(t.key()),
      model: t.primary(t.exact(200)),
      input_nano: t.bigint(),
      cached_nano: t.bigint(),
      output_nano: t.bigint(),
      updated_at: t.time(),
    });
    await runner.dropTable('price_book');
  }
}
