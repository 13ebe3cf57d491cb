import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMN = 'model varchar(200) CHARACTER SET utf8mb4';

/** Models whose names differ in case or accents only are two models on MariaDB and MySQL, too, as they are in the days and the prices. */
export class LedgerModels1795269000000 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> => modify(runner, `${COLUMN} COLLATE utf8mb4_bin NOT NULL`);

  down = (runner: QueryRunner): Promise<void> => modify(runner, `${COLUMN} NOT NULL`);
}

async function modify(runner: QueryRunner, column: string): Promise<void> {
  const isSqlite = runner.connection.options.type === 'better-sqlite3';
  if (!isSqlite) await runner.query(`ALTER TABLE usage_ledger MODIFY COLUMN ${column}`);
}
