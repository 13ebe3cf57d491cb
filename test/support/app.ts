import { AppConfig, readConfig } from '@app/common';
import type { ModuleMetadata } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { AppModule } from '../../apps/api/src/app.module.js';
import { CHANNEL_ENVIRONMENTS } from '../../apps/api/src/channels/channels.module.js';
import { APP_OPTIONS, configureApp, createAdapter } from '../../apps/api/src/server/configure-app.js';
import { freshDatabase } from './databases.js';
import { REDIS_URL } from './servers.js';

export interface TestApp {
  app: NestFastifyApplication;
  /** Without a trailing slash. */
  url: string;
  config: AppConfig;
  stop(): Promise<void>;
}

export interface TestAppExtras extends Pick<ModuleMetadata, 'imports' | 'controllers' | 'providers'> {
  /** Sees the server before it has any route. */
  prepare?: (server: FastifyInstance) => void;
}

const QUIET_AND_FAST = {
  NODE_ENV: 'test',
  PORT: '0',
  DATA_DIR: ':memory:',
  LOG_LEVEL: 'silent',
  THROTTLE_LIMIT: '0',
  THROTTLE_ANONYMOUS_LIMIT: '0',
  SIMPLE_CHAT_RATE: '0',
  SHUTDOWN_GRACE_SECONDS: '2',
  // Tests of failures share a service: those of the breaker set it.
  PROVIDER_BREAKER_FAILURES: '0',
};

/**
 * Starts the whole application on a free port. Settings are the defaults of a test plus `overrides`, never those of the shell;
 * `TEST_MYSQL_URL` gives every application a fresh database on that server, and `TEST_REDIS_URL` a Redis with names of its own.
 * Those that are given the same database share the names too. Further modules and controllers may be added to probe it.
 */
export async function startTestApp(
  overrides: Record<string, string | undefined> = {},
  { prepare, ...extra }: TestAppExtras = {},
): Promise<TestApp> {
  const { DATABASE_URL: shared } = overrides;
  const database = shared === undefined ? await freshDatabase() : null;
  const config = readConfig(CHANNEL_ENVIRONMENTS, {
    ...QUIET_AND_FAST,
    REDIS_URL,
    REDIS_PREFIX: shared ? new URL(shared).pathname.slice(1) : randomUUID(),
    ...overrides,
    DATABASE_URL: shared ?? database?.url,
  });
  const builder = Test.createTestingModule({ ...extra, imports: [AppModule, ...(extra.imports ?? [])] });
  const module = await builder.overrideProvider(AppConfig).useValue(config).compile();
  const adapter = createAdapter(config);
  prepare?.(adapter.getInstance());
  const app = module.createNestApplication<NestFastifyApplication>(adapter, APP_OPTIONS);
  await configureApp(app, config);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    app,
    config,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await app.close();
      database?.release();
    },
  };
}
