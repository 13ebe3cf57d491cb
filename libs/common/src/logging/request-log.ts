import type { FastifyInstance } from 'fastify';
import type { PinoLogger } from 'nestjs-pino';
import { isSecretParameter } from '../secrets/secret-texts.js';
import { spanOf } from '../tracing/http-tracing.js';
import { traceFields } from '../tracing/span.js';
import { requestContext } from './request-context.js';

const QUIET = /^\/(health|metrics)\b/i;
/** What looks like a credential anywhere in a text: our keys and tokens, those of model services, and JWTs. */
const CREDENTIAL = /\b(bt_|bv_|sk-|eyJ)[\w.-]{16,}/g;

export const redactUrl = (url: string): string =>
  url
    .replace(/([?&])([^=&]*)=([^&]*)/g, (parameter, before: string, name: string) =>
      isSecretParameter(decoded(name)) ? `${before}${name}=[redacted]` : parameter,
    )
    .replace(CREDENTIAL, '$1[redacted]');

/** The server reads an encoded name like a plain one. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

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
          ...traceFields(spanOf(request)),
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
