import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import type { BodyRoute } from './body.decorators.js';
import { decodeUtf8, inspect, parseJsonBody } from './json-body.js';

/** `application/*+json` is sent literally by generated clients. A patch is JSON too, but not the object that it changes. */
const JSON_TYPE = /^(text\/json|application\/(?!(merge|json)-patch\+)([^;]*\+)?json)\s*(;|$)/i;
const MAX_FORM_FIELDS = 1000;
const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;

/** Replaces the server's parsers by one reader that knows what each route takes. */
export function registerBodyReader(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    try {
      done(null, readBody(request, bytes));
    } catch (error) {
      done(error as Error);
    }
  });
  server.addHook('onRoute', (route) => {
    const { bodyLimit } = (route.config ?? {}) as BodyRoute;
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
}

function readBody(request: FastifyRequest, bytes: Buffer): unknown {
  const route = request.routeOptions.config as BodyRoute;
  if (route.body === 'raw') return bytes;
  if (bytes.length === 0) return undefined;
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', { detail: 'The body must not be compressed.' });
  }
  const type = request.headers['content-type'] ?? '';
  if (JSON_TYPE.test(type)) return parseJsonBody(bytes);
  if (route.body === 'form' && FORM_TYPE.test(type)) return readForm(bytes);
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', { detail: 'The body must be JSON.' });
}

function readForm(bytes: Buffer): Record<string, string> {
  const text = decodeUtf8(bytes);
  if (text.split('&', MAX_FORM_FIELDS + 1).length > MAX_FORM_FIELDS) {
    throw new AppError('VALIDATION_FAILED', { detail: `A form has at most ${MAX_FORM_FIELDS} fields.` });
  }
  const form: Record<string, string> = Object.fromEntries(new URLSearchParams(text));
  inspect(form);
  return form;
}
