import { explain } from '../server/explain.js';

// Brings the schema up to date and ends: for deployments with MIGRATE_ON_START=false.
await import('./run-migrations.js')
  .then(({ runMigrations }) => runMigrations())
  .then((ran) => process.stdout.write(ran.length > 0 ? `Migrated: ${ran.join(', ')}\n` : 'The schema is up to date.\n'))
  .catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  });
