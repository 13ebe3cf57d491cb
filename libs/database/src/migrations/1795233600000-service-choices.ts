import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

export class ServiceChoices1795233600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.addNullable('openai_services', { chosen_dialect: t.key(20), chosen_model: t.varchar(200) });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of ['chosen_model', 'chosen_dialect'])
      await runner.query(`ALTER TABLE openai_services DROP COLUMN ${column}`);
  }
}
