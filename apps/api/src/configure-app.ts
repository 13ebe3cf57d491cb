import {
  AppError,
  DOCS_SECURITY_HEADERS,
  HttpAdapter,
  MetricsRegistry,
  ProblemFilter,
  registerBodyReader,
  registerHttpMetrics,
  registerRequestLog,
  REQUEST_ID_HEADER,
  requestIdOf,
  RouteTable,
  SECURITY_HEADERS,
  sendProblem,
  StrictValidationPipe,
  toProblem,
  type AppConfig,
} from '@app/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { NestApplicationOptions } from '@nestjs/common';
import { Logger, PinoLogger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { answerBrokenRequest } from './broken-request.js';
import { DOCS_PATH, serveDocs } from './openapi-document.js';
import { SocketAdapter } from './socket-adapter.js';

const MAX_URL_LENGTH = 8192;
const MAX_ID_LENGTH = 1024;
/** To receive a whole request; an image over a slow line is allowed for. */
const RECEIVE_TIMEOUT_MS = 120_000;
const API = /^\/(api|cache)\b/i;

/** Options that the server needs before it exists. Bodies are read by our own reader, never by Nest's parsers. */
export const APP_OPTIONS = {
  bodyParser: false,
  bufferLogs: true,
  // Else a start that fails would tell all of it in another format.
  autoFlushLogs: false,
  forceCloseConnections: false,
} satisfies NestApplicationOptions;

export async function createApp(config: AppConfig): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, createAdapter(config), {
    ...APP_OPTIONS,
    abortOnError: false,
  });
  return configureApp(app, config);
}

/** The server below Nest: routing, limits, request ids, bodies, and problems for what never reaches a handler. */
export function createAdapter(config: AppConfig): HttpAdapter {
  const adapter = new HttpAdapter({
    shutdownGraceMs: config.http.shutdownGraceMs,
    bodyLimit: config.http.bodyLimit,
    trustProxy: trustProxyOf(config.http.trustProxy),
    requestTimeout: RECEIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) =>
      sendProblem(reply.headers(SECURITY_HEADERS), toProblem(error, request.id)),
    routerOptions: {
      caseSensitive: false,
      ignoreDuplicateSlashes: true,
      ignoreTrailingSlash: true,
      maxParamLength: MAX_ID_LENGTH,
    },
  });
  registerBodyReader(adapter.getInstance());
  // The first hook of all: preflights and refusals carry these too.
  adapter.setOnRequestHook((request, reply, done) => {
    reply.headers(request.url.startsWith(DOCS_PATH) ? DOCS_SECURITY_HEADERS : SECURITY_HEADERS);
    reply.header(REQUEST_ID_HEADER, request.id);
    if (API.test(request.url)) reply.header('cache-control', 'no-store');
    done();
  });
  return adapter;
}

/** A number counts the proxies in front of us. */
const trustProxyOf = (setting: AppConfig['http']['trustProxy']) =>
  typeof setting === 'number' ? (_address: string, hop: number): boolean => hop < setting : setting;

/** Everything between the server and the feature modules. Used by the program, the OpenAPI export and every test. */
export async function configureApp(app: NestFastifyApplication, config: AppConfig): Promise<NestFastifyApplication> {
  const server = app.getHttpAdapter().getInstance();
  app.useLogger(app.get(Logger));
  app.flushLogs();
  registerRequestLog(server, await app.resolve(PinoLogger));
  registerHttpMetrics(server, app.get(MetricsRegistry));
  guardDoor(app.getHttpAdapter() as HttpAdapter);
  openToBrowsers(app, config.http.corsOrigins);
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(new StrictValidationPipe());
  app.useWebSocketAdapter(new SocketAdapter(app, config));
  serveDocs(app, config);
  return app;
}

/** Refuses what no handler is to see. */
function guardDoor(adapter: HttpAdapter): void {
  const server = adapter.getInstance();
  const routes = new RouteTable(server);
  server.addHook('onRequest', (request, reply, done) => {
    if (adapter.isDraining && !request.url.startsWith('/health/')) {
      reply.header('connection', 'close');
      return done(new AppError('SHUTTING_DOWN', { retryAfterSeconds: 1 }));
    }
    if (request.url.length > MAX_URL_LENGTH) return done(new AppError('URI_TOO_LONG'));
    if (!request.is404) return done();
    const { error, allow } = routes.missing(request.url);
    if (allow !== null) reply.header('allow', allow);
    return done(error);
  });
}

/** Pages of these origins may call; nobody else's may. */
function openToBrowsers(app: NestFastifyApplication, origins: string[]): void {
  if (origins.length === 0) return;
  app.enableCors({
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'Idempotency-Replayed', 'Allow', 'Content-Disposition'],
    maxAge: 600,
    strictPreflight: false,
  });
}
