import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TableBuilder } from './table-builder.js';

const COLUMNS = ['extra_headers', 'extra_query', 'entra'] as const;

export class ServiceConnections1795251600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const t = new TableBuilder(runner);
    await t.addNullable('openai_services', Object.fromEntries(COLUMNS.map((column) => [column, t.json()])));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS.toReversed()) await runner.query(`ALTER TABLE openai_services DROP COLUMN ${column}`);
  }
}
