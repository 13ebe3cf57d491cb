import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

/** The ledger has a row for each attempt, reserved before the call and settled after it. Older rows are settled turns. */
export class Attempts1795240800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.addWithDefault('usage_ledger', {
      status: [t.key(10), 'settled'],
      requests: [t.int(), 1],
      round: [t.int(), 1],
      attempt: [t.int(), 1],
      cache_write_tokens: [t.int(), 0],
    });
    await t.addNullable('usage_ledger', {
      channel: t.key(20),
      outcome: t.key(60),
      first_text_ms: t.int(),
      duration_ms: t.int(),
    });
    await runner.query('CREATE INDEX ix_usage_ledger_status ON usage_ledger (status)');
  }

  async down(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.connection.options.type === 'better-sqlite3';
    await runner.query(`DROP INDEX ix_usage_ledger_status${isSqlite ? '' : ' ON usage_ledger'}`);
    for (const column of COLUMNS) await runner.query(`ALTER TABLE usage_ledger DROP COLUMN ${column}`);
  }
}

const COLUMNS = [
  'duration_ms',
  'first_text_ms',
  'outcome',
  'channel',
  'cache_write_tokens',
  'attempt',
  'round',
  'requests',
  'status',
];
