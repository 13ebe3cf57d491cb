import type { FastifyInstance } from 'fastify';
import type { PinoLogger } from 'nestjs-pino';
import { requestContext } from './request-context.js';

const QUIET = /^\/(health|metrics)\b/i;
/** Query parameters that are credentials, or hold some. */
const SECRET_PARAMETERS = /([?&][^=&]*(?:ticket|token|key|secret|code|password)[^=&]*=)[^&]*/gi;

export const redactUrl = (url: string): string => url.replace(SECRET_PARAMETERS, '$1[redacted]');

/**
 * One line per request, when its answer has been sent; without headers and bodies, so that there is nothing to leak. Hooks of the
 * server cost a fraction of a logging middleware.
 */
export function registerRequestLog(server: FastifyInstance, logger: PinoLogger): void {
  server.addHook('onRequest', (request, _reply, done) => {
    requestContext.run({ requestId: request.id }, done);
  });
  if (!logger.logger.isLevelEnabled('info')) return;
  server.addHook('onResponse', (request, reply, done) => {
    if (!QUIET.test(request.url)) {
      logger.logger.info(
        {
          requestId: request.id,
          method: request.method,
          url: redactUrl(request.url),
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
        },
        'request',
      );
    }
    done();
  });
}
