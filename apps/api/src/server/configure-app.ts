import {
  AppError,
  DOCS_SECURITY_HEADERS,
  HttpAdapter,
  isForeignRoute,
  MetricsRegistry,
  OpenRoutes,
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
  trustedProxies,
  type AppConfig,
} from '@app/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { NestApplicationOptions } from '@nestjs/common';
import { Logger, PinoLogger } from 'nestjs-pino';
import { AppModule } from '../app.module.js';
import { isOpenToAllClients } from '../channels/channels.module.js';
import { answerBrokenRequest } from './broken-request.js';
import { DOCS_PATH, serveDocs } from '../documents/openapi-document.js';
import { SocketAdapter } from './socket-adapter.js';

const MAX_URL_LENGTH = 8192;
const MAX_ID_LENGTH = 1024;
/** To receive a whole request; an image over a slow line is allowed for. */
const RECEIVE_TIMEOUT_MS = 120_000;
const PERSONAL = /^\/+(api|cache|metrics)\b/i;

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
    trustProxy: trustedProxies(config.http.trustProxy),
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
    if (PERSONAL.test(request.url) || isForeignRoute(request)) reply.header('cache-control', 'no-store');
    done();
  });
  return adapter;
}

/** Everything between the server and the feature modules. Used by the program, the OpenAPI export and every test. */
export async function configureApp(app: NestFastifyApplication, config: AppConfig): Promise<NestFastifyApplication> {
  const server = app.getHttpAdapter().getInstance();
  app.useLogger(app.get(Logger));
  app.flushLogs();
  registerRequestLog(server, await app.resolve(PinoLogger));
  registerHttpMetrics(server, app.get(MetricsRegistry));
  guardDoor(app.getHttpAdapter() as HttpAdapter);
  openToBrowsers(app, config);
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
    const { error, allow, errorAnswer } = routes.missing(request.url);
    if (allow !== null) reply.header('allow', allow);
    if (errorAnswer === undefined) return done(error);
    const problem = toProblem(error, request.id);
    sendProblem(reply, problem, error, errorAnswer(problem, error));
  });
}

/** Pages of the configured origins may call, and those of all others where a route says so. */
function openToBrowsers(app: NestFastifyApplication, config: AppConfig): void {
  const { corsOrigins } = config.http;
  const openRoutes = new OpenRoutes(app.getHttpAdapter().getInstance(), config);
  if (corsOrigins.length === 0 && !isOpenToAllClients(config)) return;
  const origin = corsOrigins.includes('*') ? '*' : corsOrigins.length > 0 && corsOrigins;
  const options = {
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'Idempotency-Replayed', 'Allow', 'Content-Disposition'],
    maxAge: 600,
    strictPreflight: false,
  };
  app.enableCors({
    delegator: (request, decide) => decide(null, { ...options, origin: openRoutes.has(request.url) ? '*' : origin }),
  });
}
