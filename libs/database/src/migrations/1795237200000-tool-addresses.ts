import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class ToolAddresses1795237200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.addNullable('bot_tools', { sealed_url: t.text() });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE bot_tools DROP COLUMN sealed_url');
  }
}
