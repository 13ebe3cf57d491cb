import type { FastifyInstance, FastifyRequest } from 'fastify';
import { withSpan, type Span } from './span.js';
import type { Tracing } from './tracing.js';

const QUIET = /^\/(health|metrics)\b/i;

const spans = new WeakMap<FastifyRequest, Span>();

/** For what runs after the request's own work, as the line of the log does. */
export const spanOf = (request: FastifyRequest): Span | undefined => spans.get(request);

/** A span for every request, from its headers to the end of its answer; below the caller's, when the caller names one. */
export function registerHttpTracing(server: FastifyInstance, tracing: Tracing): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (QUIET.test(request.url)) return done();
    const route = request.routeOptions.url;
    const span = tracing.start(route === undefined ? request.method : `${request.method} ${route}`, {
      kind: 'server',
      parent: request.headers,
      attributes: {
        'http.request.method': request.method,
        'url.scheme': request.protocol,
        'baton.request.id': request.id,
        ...(route !== undefined && { 'http.route': route }),
      },
    });
    if (span === undefined) return done();
    spans.set(request, span);
    reply.raw.once('close', () => {
      const { statusCode, writableFinished } = reply.raw;
      span.set({ 'http.response.status_code': statusCode, 'baton.answer.complete': writableFinished });
      span.end(statusCode >= 500 ? String(statusCode) : undefined);
    });
    withSpan(span, done);
  });
}
