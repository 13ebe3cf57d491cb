import { AppConfig } from '@app/common';
import {
  Global,
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { openDataSource } from './data-source.js';
import { migrate } from './migrate.js';
import { StorageState } from './storage-state.js';

const dataSourceProvider = (isShared: boolean): Provider => ({
  provide: getDataSourceToken(),
  inject: [AppConfig, StorageState],
  useFactory: async ({ database, tracing }: AppConfig, storage: StorageState): Promise<DataSource> => {
    const { url, dataDir, poolSize, migrateOnStart } = database;
    const settings = { databaseUrl: url, dataDir, poolSize, isShared, isTraced: tracing !== null };
    const dataSource = await openDataSource(settings, storage);
    if (!isShared && migrateOnStart) {
      const ran = await migrate(dataSource);
      if (ran.length > 0) new Logger('Database').log(`Migrated: ${ran.join(', ')}`);
    }
    return dataSource;
  },
});

/** Opens the configured database before anything else starts, migrates it if it may, and closes it last. */
@Global()
@Module({ providers: [StorageState, dataSourceProvider(false)], exports: [getDataSourceToken(), StorageState] })
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(getDataSourceToken()) private readonly dataSource: DataSource) {}

  /** For commands: servers may use the database at the same time, an embedded one too, and its schema stays as it is. */
  static besideServers(): DynamicModule {
    return { module: DatabaseModule, providers: [dataSourceProvider(true)] };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}
