import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class Budgets1795242000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.create(
      'budgets',
      {
        id: t.primary(t.key()),
        scope: t.key(20),
        subject: t.key(),
        period: t.key(10),
        limit_nano: t.bigint(),
        created_at: t.time(),
        updated_at: t.time(),
      },
      { unique: { ux_budgets_subject: ['scope', 'subject', 'period'] } },
    );
    await t.create('budget_use', {
      budget_id: t.primary(t.key()),
      period: t.primary(t.key(10)),
      subject: t.primary(t.key(80)),
      used_nano: t.bigint(),
      reserved_nano: t.bigint(),
      is_warned: t.flag(),
    });
    await t.addNullable('usage_ledger', { bookings: t.json() });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usage_ledger DROP COLUMN bookings');
    await runner.dropTable('budget_use');
    await runner.dropTable('budgets');
  }
}
