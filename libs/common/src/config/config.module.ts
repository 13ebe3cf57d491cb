import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { AppConfig } from './app-config.js';
import { Environment } from './environment.js';
import { readConfig } from './read-config.js';
import { environmentNames, readEnvironment, type EnvironmentClass } from './read-environment.js';

/** Reads `.env` and the environment once, and offers the result as one injectable object. */
@Module({})
export class AppConfigModule {
  /** `features` are the variables that features declare beside the general ones. */
  static forRoot(features: readonly EnvironmentClass[]): DynamicModule {
    const names = environmentNames([Environment, ...features]);
    return {
      module: AppConfigModule,
      global: true,
      imports: [ConfigModule.forRoot({ cache: true, validate: (source) => checked(source, features) })],
      providers: [
        {
          provide: AppConfig,
          inject: [ConfigService],
          useFactory: (config: ConfigService) =>
            readConfig(features, Object.fromEntries(names.map((name) => [name, config.get(name)]))),
        },
      ],
      exports: [AppConfig],
    };
  }
}

function checked(source: Record<string, unknown>, features: readonly EnvironmentClass[]): Record<string, unknown> {
  const environment = readEnvironment(source, features);
  return Object.assign({}, environment.general, ...environment.features.values()) as Record<string, unknown>;
}
