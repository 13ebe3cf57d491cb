import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class TurnMemory1795255200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.addNullable('turns', { context_from: t.int(), kept: t.json() });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of ['kept', 'context_from']) await runner.query(`ALTER TABLE turns DROP COLUMN ${column}`);
  }
}
