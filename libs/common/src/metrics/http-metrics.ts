import type { FastifyInstance } from 'fastify';
import type { MetricsRegistry } from './metrics-registry.js';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180];

/** Counts and times answers by route pattern, so that the number of series is bounded by the number of routes. */
export function registerHttpMetrics(server: FastifyInstance, metrics: MetricsRegistry): void {
  const duration = metrics.histogram('http_request_seconds', 'Time until an answer was sent in full', SECONDS, [
    'method',
    'route',
    'status',
  ]);
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    done();
  });
}
