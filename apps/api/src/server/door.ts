import {
  AppError,
  RouteTable,
  sendProblem,
  toProblem,
  type AppConfig,
  type AddressThrottle,
  type HttpAdapter,
} from '@app/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { limitArrival } from './arrival.js';
import { ignoreForeignUpgrades } from './upgrades.js';

const MAX_URL_LENGTH = 8192;
const VERSIONS = ['1.0', '1.1'];
/** Two of these, and what stands before us may have gone by the other one. */
const SINGLE_HEADERS = ['host', 'authorization', 'content-type'];

/** Refuses what no handler is to see. */
export function guardDoor(adapter: HttpAdapter, config: AppConfig, addresses: AddressThrottle): void {
  const listener = adapter.getHttpServer<Server>();
  ignoreForeignUpgrades(listener);
  // Else Node refuses it with a bare line.
  listener.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    listener.emit('request', request, response),
  );
  const server = adapter.getInstance();
  const routes = new RouteTable(server);
  server.addHook('onRequest', (request, reply, done) => {
    if (adapter.isDraining && !request.url.startsWith('/health/')) {
      reply.header('connection', 'close');
      return done(new AppError('SHUTTING_DOWN', { retryAfterSeconds: 1 }));
    }
    const fault = faultOf(request.raw);
    if (fault !== null) return done(fault);
    limitArrival(request, reply, config.http.bodyTimeoutMs);
    if (!request.is404) return done();
    addresses.count('unknown-path', request.ip).then(() => refuseUnknown(request, reply, done), done);
  });

  function refuseUnknown(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    const { error, allow, errorAnswer } = routes.missing(request.url);
    if (allow !== null) reply.header('allow', allow);
    if (errorAnswer === undefined) return done(error);
    const problem = toProblem(error, request.id);
    sendProblem(reply, problem, error, errorAnswer(problem, error));
  }
}

/** What is wrong with a request line and headers that Node lets through. */
function faultOf({ url = '', httpVersion, headers, rawHeaders }: IncomingMessage): AppError | null {
  if (url.length > MAX_URL_LENGTH) return new AppError('URI_TOO_LONG');
  if (!VERSIONS.includes(httpVersion)) return malformed('The request names no version of HTTP that is spoken here.');
  if (!/^(100-continue)?$/i.test(headers.expect ?? '')) return new AppError('EXPECTATION_FAILED');
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const twice = SINGLE_HEADERS.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) return malformed(`The header ${twice} may be given once.`);
  if (headers.host === undefined && httpVersion === '1.1') return malformed('The header host is missing.');
  return null;
}

const malformed = (detail: string): AppError => new AppError('VALIDATION_FAILED', { detail });
