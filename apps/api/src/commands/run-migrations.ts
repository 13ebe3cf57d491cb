import { readConfig } from '@app/common';
import { migrate, openDataSource } from '@app/database';

/** Runs what is pending on the configured database, and names it. The variables of features do not matter here. */
export async function runMigrations(): Promise<string[]> {
  const { url, dataDir, poolSize } = readConfig([]).database;
  const dataSource = await openDataSource({ databaseUrl: url, dataDir, poolSize });
  try {
    return await migrate(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
