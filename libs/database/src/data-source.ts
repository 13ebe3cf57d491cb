import Database from 'libsql';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import * as entities from './entities/index.js';
import { MIGRATIONS } from './migrations/index.js';
import { connectServer, serverOptions } from './mysql/server.js';
import { SnakeNamingStrategy } from './snake-naming-strategy.js';
import { InstanceLock } from './sqlite/instance-lock.js';
import { StorageState } from './storage-state.js';
import { serializeTransactions } from './sqlite/serialize-transactions.js';
import { traceStatements } from './trace-statements.js';

export interface DatabaseSettings {
  /** `mysql://` or `mariadb://`; null uses the embedded database. */
  databaseUrl: string | null;
  /** Where the embedded database lives; `:memory:` keeps it in memory. */
  dataDir: string;
  poolSize: number;
  /** Beside a server that uses the same embedded database: for commands that write little and hold nothing in memory. */
  isShared?: boolean;
  isTraced?: boolean;
}

const IN_MEMORY = ':memory:';
const DATABASE_FILE = 'baton.sqlite';

const SHARED = {
  entities: Object.values(entities).filter((value) => typeof value === 'function'),
  migrations: MIGRATIONS,
  migrationsTransactionMode: 'each',
  namingStrategy: new SnakeNamingStrategy(),
  synchronize: false,
  logging: false,
} satisfies Partial<DataSourceOptions>;

/** Opens the database that the settings name, and tells `storage` whether it has room. The server's version and settings are checked; nothing is migrated. */
export async function openDataSource(settings: DatabaseSettings, storage = new StorageState()): Promise<DataSource> {
  const { databaseUrl, dataDir, isShared = false, poolSize } = settings;
  const dataSource = await (databaseUrl === null
    ? openEmbedded(dataDir, isShared, storage)
    : openServer(databaseUrl, poolSize, storage));
  storage.watch(dataSource);
  if (settings.isTraced) traceStatements(dataSource);
  return dataSource;
}

async function openServer(url: string, poolSize: number, logger: StorageState): Promise<DataSource> {
  const options = await serverOptions(url, poolSize);
  const dataSource = new DataSource({ ...SHARED, ...options, logger });
  return connectServer(dataSource);
}

/** SQLite takes an empty file for a new database: what a failed copy or a full disk has left would begin as a new installation. */
function refuseEmptyFile(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.size !== 0) return;
  throw new Error(`${file} is empty. Put the database back from a backup, or delete the file to begin with a new one.`);
}

async function openEmbedded(folder: string, isShared: boolean, logger: StorageState): Promise<DataSource> {
  let lock: InstanceLock | null = null;
  if (folder !== IN_MEMORY) {
    if (isShared && !existsSync(join(folder, DATABASE_FILE))) throw new Error(`There is no database in ${folder} yet.`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    refuseEmptyFile(join(folder, DATABASE_FILE));
    if (!isShared) lock = new InstanceLock(folder);
  }
  const dataSource = serializeTransactions(
    new DataSource({
      ...SHARED,
      logger,
      type: 'better-sqlite3',
      driver: Database,
      database: folder === IN_MEMORY ? IN_MEMORY : join(folder, DATABASE_FILE),
      enableWAL: true,
      prepareDatabase: (database: Database.Database) => {
        // FULL: an acknowledged commit survives a power cut, not only a crash of this process.
        database.exec('PRAGMA synchronous = FULL');
        database.exec('PRAGMA busy_timeout = 5000');
      },
    }),
  );
  const destroy = dataSource.destroy.bind(dataSource);
  dataSource.destroy = async () => {
    await destroy();
    lock?.release();
  };
  return dataSource.initialize();
}
