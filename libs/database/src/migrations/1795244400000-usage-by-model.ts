import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

const SUMS = 'SUM(requests), SUM(input_tokens), SUM(output_tokens), COALESCE(SUM(cost_nano), 0)';
const MEASURES = 'request_count, input_tokens, output_tokens, cost_nano';

/** The days are told apart by service and model, too: they are counted again from the ledger as far as it was rolled up. */
export class UsageByModel1795244400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await runner.query('ALTER TABLE usage_daily RENAME TO usage_daily_old');
    await t.create('usage_daily', {
      request_date: t.primary(t.key(10)),
      bot_id: t.primary(t.key()),
      usage_type: t.primary(t.int()),
      user_key: t.primary(t.key(80)),
      service_id: t.primary(t.key()),
      model: t.primary(t.exact(200)),
      request_count: t.int(),
      input_tokens: t.bigint(),
      output_tokens: t.bigint(),
      cost_nano: t.bigint(),
    });
    const [state] = (await runner.query(`SELECT value FROM system_state WHERE name = 'statistics'`)) as {
      value: string;
    }[];
    const { watermark = '' } = state === undefined ? {} : (JSON.parse(state.value) as { watermark?: string });
    const cell = `request_date, bot_id, usage_type, user_key, COALESCE(service_id, ''), model`;
    await runner.query(
      `INSERT INTO usage_daily SELECT ${cell}, ${SUMS} FROM usage_ledger
       WHERE id <= ? AND status = 'settled' GROUP BY ${cell}`,
      [watermark],
    );
    // Days of which the ledger has nothing any more stay as they were.
    await runner.query(
      `INSERT INTO usage_daily SELECT request_date, bot_id, usage_type, user_key, '', '', ${MEASURES} FROM usage_daily_old o
       WHERE NOT EXISTS (SELECT 1 FROM usage_ledger l WHERE l.request_date = o.request_date)`,
    );
    await runner.query('DROP TABLE usage_daily_old');
  }

  async down(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await runner.query('ALTER TABLE usage_daily RENAME TO usage_daily_new');
    await t.create('usage_daily', {
      request_date: t.primary(t.key(10)),
      bot_id: t.primary(t.key()),
      usage_type: t.primary(t.int()),
      user_key: t.primary(t.key(80)),
      request_count: t.int(),
      input_tokens: t.bigint(),
      output_tokens: t.bigint(),
      cost_nano: t.bigint(),
    });
    await runner.query(
      `INSERT INTO usage_daily SELECT request_date, bot_id, usage_type, user_key, SUM(request_count), SUM(input_tokens),
         SUM(output_tokens), SUM(cost_nano) FROM usage_daily_new GROUP BY request_date, bot_id, usage_type, user_key`,
    );
    await runner.query('DROP TABLE usage_daily_new');
  }
}
