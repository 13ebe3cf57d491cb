import { AppConfig } from '@app/common';
import { Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { openDataSource } from './data-source.js';
import { migrate } from './migrate.js';

/** Opens the configured database before anything else starts, migrates it if it may, and closes it last. */
@Global()
@Module({
  providers: [
    {
      provide: getDataSourceToken(),
      inject: [AppConfig],
      useFactory: async ({ database }: AppConfig): Promise<DataSource> => {
        const dataSource = await openDataSource({
          databaseUrl: database.url,
          dataDir: database.dataDir,
          poolSize: database.poolSize,
        });
        if (database.migrateOnStart) {
          const ran = await migrate(dataSource);
          if (ran.length > 0) new Logger('Database').log(`Migrated: ${ran.join(', ')}`);
        }
        return dataSource;
      },
    },
  ],
  exports: [getDataSourceToken()],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(getDataSourceToken()) private readonly dataSource: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}
