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
import { Line } from './line.js';
import { INSTANCES, REDIS_URL } from './servers.js';

export interface TestApp {
  /** The first instance, where there are several. */
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
 *
 * With `TEST_INSTANCES`, an application on a database of its own is so many instances behind a proxy that gives each request to the
 * next one.
 */
export async function startTestApp(
  overrides: Record<string, string | undefined> = {},
  extras: TestAppExtras = {},
): Promise<TestApp> {
  const { DATABASE_URL: shared } = overrides;
  const database = shared === undefined ? await freshDatabase() : null;
  const config = readConfig(CHANNEL_ENVIRONMENTS, {
    ...QUIET_AND_FAST,
    REDIS_URL,
    REDIS_PREFIX: shared ? new URL(shared).pathname.slice(1) : randomUUID(),
    // Instances must read each other's secrets.
    ...(INSTANCES > 1 && { ENCRYPTION_KEY: 'ab'.repeat(32) }),
    ...overrides,
    DATABASE_URL: shared ?? database?.url,
  });
  const apps: NestFastifyApplication[] = [];
  for (let number = 1; number <= (database === null ? 1 : INSTANCES); number++)
    apps.push(await startInstance(config, extras));
  const ports = apps.map((app) => (app.getHttpServer().address() as { port: number }).port);
  const proxy = ports.length === 1 ? null : await openProxy(ports);
  return {
    app: apps[0]!,
    config,
    url: proxy?.url ?? `http://127.0.0.1:${ports[0]}`,
    async stop() {
      await proxy?.close();
      await Promise.all(apps.map((app) => app.close()));
      database?.release();
    },
  };
}

/** What is changed in administration is obeyed by the other instances a second later, and with Redis at once. */
const ADMINISTRATION = /^\/(api\/(admin|users|system|bots)|cache|assistants)\b/i;
const OBEYED_AFTER_MS = REDIS_URL === '' ? 1100 : 50;

/** Gives each request to the next instance. */
async function openProxy(ports: number[]): Promise<Line> {
  let turn = 0;
  const line = await Line.open(() => ports[turn++ % ports.length]!);
  line.holdsBack = ({ method, url = '' }) =>
    method === 'GET' || method === 'HEAD' || !ADMINISTRATION.test(url) ? 0 : OBEYED_AFTER_MS;
  return line;
}

async function startInstance(config: AppConfig, { prepare, ...extra }: TestAppExtras): Promise<NestFastifyApplication> {
  const builder = Test.createTestingModule({ ...extra, imports: [AppModule, ...(extra.imports ?? [])] });
  const module = await builder.overrideProvider(AppConfig).useValue(config).compile();
  const adapter = createAdapter(config);
  prepare?.(adapter.getInstance());
  const app = module.createNestApplication<NestFastifyApplication>(adapter, APP_OPTIONS);
  await configureApp(app, config);
  await app.listen(0, '127.0.0.1');
  return app;
}
