import 'reflect-metadata';

/** Brings the schema up to date and ends: for deployments with MIGRATE_ON_START=false. */
try {
  // Reads `.env` on the way.
  const { AppConfigModule, readConfig } = await import('@app/common');
  const { migrate, openDataSource } = await import('@app/database');
  void AppConfigModule;
  const { database } = readConfig();
  const dataSource = await openDataSource({
    databaseUrl: database.url,
    dataDir: database.dataDir,
    poolSize: database.poolSize,
  });
  try {
    const ran = await migrate(dataSource);
    process.stdout.write(ran.length > 0 ? `Migrated: ${ran.join(', ')}\n` : 'The schema is up to date.\n');
  } finally {
    await dataSource.destroy();
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
