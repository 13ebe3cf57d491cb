import {
  DOCS_SECURITY_HEADERS,
  AddressThrottle,
  COMPRESSION,
  HttpAdapter,
  isForeignRoute,
  MetricsRegistry,
  OpenRoutes,
  ProblemFilter,
  registerBodyReader,
  registerHttpMetrics,
  registerHttpTracing,
  registerRequestLog,
  REQUEST_ID_HEADER,
  requestIdOf,
  SECURITY_HEADERS,
  sendProblem,
  StrictValidationPipe,
  toProblem,
  Tracing,
  trustedProxies,
  type AppConfig,
} from '@app/common';
import compress from '@fastify/compress';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { NestApplicationOptions } from '@nestjs/common';
import { Logger, PinoLogger } from 'nestjs-pino';
import { AppModule } from '../app.module.js';
import { isOpenToAllClients } from '../channels/channels.module.js';
import { answerBrokenRequest } from './broken-request.js';
import { guardDoor } from './door.js';
import { DOCS_PATH } from '../documents/docs-page.js';
import { serveDocs } from '../documents/openapi-document.js';
import { SocketAdapter } from './socket-adapter.js';

const MAX_ID_LENGTH = 1024;
/** To receive a whole request, however steadily it comes. */
const RECEIVE_TIMEOUT_MS = 120_000;
const CONNECTIONS_CHECK_MS = 1000;
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
    http: {
      headersTimeout: config.http.headersTimeoutMs,
      connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
      // Looked at where it can be answered properly.
      requireHostHeader: false,
    },
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
  // Before any route: it looks at each as it is added.
  await server.register(compress, COMPRESSION);
  registerHttpTracing(server, app.get(Tracing));
  registerRequestLog(server, await app.resolve(PinoLogger));
  registerHttpMetrics(server, app.get(MetricsRegistry));
  const adapter = app.getHttpAdapter() as HttpAdapter;
  const addresses = app.get(AddressThrottle);
  guardDoor(adapter, config, addresses);
  openToBrowsers(app, config);
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(new StrictValidationPipe());
  app.useWebSocketAdapter(new SocketAdapter(app, config, addresses, adapter));
  await serveDocs(app);
  return app;
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
