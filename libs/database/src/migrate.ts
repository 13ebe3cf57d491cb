import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { dialectOf } from './dialect.js';

const LOCK_WAIT_SECONDS = 120;

/**
 * Brings the schema up to date and returns the names of the migrations that ran. Several instances may call it together: one
 * migrates, the others wait for it and then find nothing to do. (An embedded database has one process anyway.)
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  if (dialectOf(dataSource).isSqlite) return runPending(dataSource);
  // Locks are the server's, not the database's.
  const lock = `baton.migrations.${String(dataSource.options.database)}`.slice(0, 64);
  const runner = dataSource.createQueryRunner();
  try {
    const [row] = (await runner.query('SELECT GET_LOCK(?, ?) AS taken', [lock, LOCK_WAIT_SECONDS])) as [
      { taken: unknown },
    ];
    if (Number(row.taken) !== 1) throw new Error(`Another instance has been migrating for ${LOCK_WAIT_SECONDS} s.`);
    try {
      await useAllLetters(runner);
      return await runPending(dataSource, runner);
    } finally {
      await runner.query('SELECT RELEASE_LOCK(?)', [lock]);
    }
  } finally {
    await runner.release();
  }
}

/**
 * Tables that are created take the letters of the database, whose default the server's owner may have left at latin1. Sessions that
 * are open already keep the former default: the migrations run in this one.
 */
async function useAllLetters(runner: QueryRunner): Promise<void> {
  const [{ letters }] = (await runner.query('SELECT @@character_set_database AS letters')) as [{ letters: string }];
  if (letters !== 'utf8mb4') await runner.query('ALTER DATABASE CHARACTER SET utf8mb4');
}

async function runPending(dataSource: DataSource, runner?: QueryRunner): Promise<string[]> {
  const executor = new MigrationExecutor(dataSource, runner);
  executor.transaction = dataSource.options.migrationsTransactionMode ?? executor.transaction;
  const ran = await executor.executePendingMigrations();
  return ran.map((migration) => migration.name);
}
