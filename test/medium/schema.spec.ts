import { migrate, openDataSource, SystemState } from '@app/database';
import type { DataSource } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { describeOnServer } from '../support/servers.js';

const withEmptyDatabase = async (work: (url: string) => Promise<void>): Promise<void> => work(await createDatabase());

const drift = async (dataSource: DataSource): Promise<string[]> => {
  const log = await dataSource.driver.createSchemaBuilder().log();
  return log.upQueries.map(({ query }) => query);
};

async function expectMigrationsToMatchEntities(databaseUrl: string | null): Promise<void> {
  const dataSource = await openDataSource({ databaseUrl, dataDir: ':memory:', poolSize: 4 });
  try {
    expect((await migrate(dataSource)).length).toBeGreaterThan(0);
    expect(await migrate(dataSource)).toEqual([]);
    expect(await drift(dataSource)).toEqual([]);
    for (const _ of dataSource.migrations) await dataSource.undoLastMigration();
    expect((await migrate(dataSource)).length).toBeGreaterThan(0);
    expect(await drift(dataSource)).toEqual([]);
  } finally {
    await dataSource.destroy();
  }
}

async function expectParallelTransactionsToKeepEverything(databaseUrl: string | null): Promise<void> {
  const dataSource = await openDataSource({ databaseUrl, dataDir: ':memory:', poolSize: 10 });
  const row = (name: string): SystemState => ({ name, value: 1, updatedAt: new Date() });
  try {
    await migrate(dataSource);
    const rows = dataSource.getRepository(SystemState);
    const commits = Array.from({ length: 20 }, (_, i) =>
      dataSource.transaction(async (manager) => {
        await manager.insert(SystemState, row(`a${i}`));
        await manager.insert(SystemState, row(`b${i}`));
      }),
    );
    const rollbacks = Array.from({ length: 5 }, (_, i) =>
      dataSource
        .transaction(async (manager) => {
          await manager.insert(SystemState, row(`lost${i}`));
          throw new Error('roll back');
        })
        .catch(() => undefined),
    );
    const plain = Array.from({ length: 10 }, (_, i) => rows.insert(row(`c${i}`)));
    await Promise.all([...commits, ...rollbacks, ...plain]);
    const names = (await rows.find()).map(({ name }) => name);
    expect(names).toHaveLength(50);
    expect(names.filter((name) => name.startsWith('lost'))).toEqual([]);
  } finally {
    await dataSource.destroy();
  }
}

describe('the schema on SQLite', () => {
  it('has migrations that match the entities, up and down', () => expectMigrationsToMatchEntities(null));
  it('keeps what parallel transactions commit', () => expectParallelTransactionsToKeepEverything(null));
});

describeOnServer('the schema on MySQL or MariaDB', () => {
  it(
    'has migrations that match the entities, up and down',
    () => withEmptyDatabase(expectMigrationsToMatchEntities),
    60_000,
  );
  it(
    'keeps what parallel transactions commit',
    () => withEmptyDatabase(expectParallelTransactionsToKeepEverything),
    60_000,
  );
  it(
    'migrates once when several instances start together',
    () =>
      withEmptyDatabase(async (databaseUrl) => {
        const open = () => openDataSource({ databaseUrl, dataDir: ':memory:', poolSize: 2 });
        const instances = await Promise.all([open(), open(), open()]);
        const ran = await Promise.all(instances.map(migrate));
        expect(ran.filter((names) => names.length > 0)).toHaveLength(1);
        await Promise.all(instances.map((instance) => instance.destroy()));
      }),
    60_000,
  );
});
