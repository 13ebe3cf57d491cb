import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { AppConfig } from './app-config.js';
import { readConfig } from './read-config.js';
import type { EnvironmentClass } from './read-environment.js';
import { ShutdownGrace } from './shutdown-grace.js';

/** Importing this file adds `.env` to the environment of the process, where variables that are set already win. */
const ENV_FILE = ConfigModule.forRoot();

/** Offers the configuration as one injectable object, and the time that it leaves for an end. */
@Module({})
export class AppConfigModule {
  /** `features` are the variables that features declare beside the general ones. */
  static forRoot(features: readonly EnvironmentClass[]): DynamicModule {
    return {
      module: AppConfigModule,
      global: true,
      imports: [ENV_FILE],
      providers: [{ provide: AppConfig, useFactory: () => readConfig(features) }, ShutdownGrace],
      exports: [AppConfig, ShutdownGrace],
    };
  }
}
