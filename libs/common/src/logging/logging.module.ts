import { Global, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { AppConfig } from '../config/app-config.js';
import { traceFields } from '../tracing/span.js';
import { logDestination } from './log-destination.js';
import { requestContext } from './request-context.js';
import { StartupBanner } from './startup-banner.js';

/** A second line of defence: nothing logs these on purpose. */
const SECRETS = ['authorization', 'cookie', 'apiKey', 'azureOpenAiApiKey', 'token', 'ticket', 'password', 'secret'];

/** What Nest says about every module and route at start; told with LOG_LEVEL=debug only. */
const START_CHATTER = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
  'WebSocketsController',
]);
const INFO = 30;
const STDOUT = 1;

const isChatter = ([line]: unknown[]): boolean =>
  typeof line === 'object' && line !== null && 'context' in line && START_CHATTER.has(String(line.context));

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
          stream: logDestination(STDOUT),
          autoLogging: false,
          base: null,
          hooks: {
            logMethod(line, log, level) {
              if (level === INFO && this.level === 'info' && isChatter(line)) return;
              log.apply(this, line);
            },
          },
          mixin: () => ({ ...requestContext.getStore(), ...traceFields() }),
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
