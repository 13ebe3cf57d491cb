import { Global, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { AppConfig } from './app-config.js';
import { ENVIRONMENT_NAMES, parseEnvironment } from './environment.js';

/** Reads `.env` and the environment once, and offers the result as one injectable object. */
@Global()
@Module({
  imports: [ConfigModule.forRoot({ cache: true, validate: (source) => Object.assign({}, parseEnvironment(source)) })],
  providers: [
    {
      provide: AppConfig,
      inject: [ConfigService],
      useFactory: (config: ConfigService) =>
        new AppConfig(parseEnvironment(Object.fromEntries(ENVIRONMENT_NAMES.map((name) => [name, config.get(name)])))),
    },
  ],
  exports: [AppConfig],
})
export class AppConfigModule {}
