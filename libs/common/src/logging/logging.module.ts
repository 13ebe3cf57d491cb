import { Global, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { AppConfig } from '../config/app-config.js';
import { requestContext } from './request-context.js';
import { StartupBanner } from './startup-banner.js';

/** A second line of defence: nothing logs these on purpose. */
const SECRETS = ['authorization', 'cookie', 'apiKey', 'azureOpenAiApiKey', 'token', 'ticket', 'password', 'secret'];

/** JSON logs on stdout; every line of a request carries its id. Requests themselves are logged by hooks, not by a middleware. */
@Global()
@Module({
  imports: [
    LoggerModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ logLevel }: AppConfig) => ({
        forRoutes: [],
        pinoHttp: {
          level: logLevel,
          autoLogging: false,
          base: null,
          mixin: () => requestContext.getStore() ?? {},
          redact: {
            paths: [...SECRETS, ...SECRETS.map((name) => `*.${name}`), 'req.headers', 'err.config', 'err.parameters'],
            censor: '[redacted]',
          },
        },
      }),
    }),
  ],
  providers: [StartupBanner],
  exports: [StartupBanner],
})
export class LoggingModule {}
