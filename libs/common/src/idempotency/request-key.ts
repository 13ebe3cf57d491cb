import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { callerKey, type Principal } from '../access/principal.js';
import { AppError } from '../errors/app-error.js';

const IDEMPOTENCY_HEADER = 'idempotency-key';
export const REPLAYED_HEADER = 'idempotency-replayed';

/** Visible ASCII. */
const KEY = /^[!-~]{1,255}$/;

/** Says which request this is a retry of, and whether it is really the same. Both are SHA-256, hex. */
export interface RequestIdentity {
  /** Caller, method, path and key. */
  requestKey: string;
  /** Query and body. */
  requestHash: string;
}

type KeyedRequest = Pick<FastifyRequest, 'method' | 'url' | 'ip' | 'headers' | 'body'> & { principal?: Principal };

/** The key that the caller gave this request; null when it gave none, and 400 when it is not one. */
export function requestKeyOf(request: KeyedRequest): RequestIdentity | null {
  const key = request.headers[IDEMPOTENCY_HEADER];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !KEY.test(key)) {
    const message = 'must be 1 to 255 visible ASCII characters';
    throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'Idempotency-Key', message }] });
  }
  const [path = '', query = ''] = request.url.split('?', 2);
  return {
    requestKey: sha256([callerOf(request), request.method, path, key].join('\n')),
    requestHash: sha256(query, bodyOf(request.body)),
  };
}

/** Callers without an account share no keys across addresses. */
const callerOf = ({ principal, ip }: KeyedRequest): string =>
  principal === undefined || principal.kind === 'anonymous' ? `anonymous:${ip}` : callerKey(principal);

const bodyOf = (body: unknown): string | Buffer => (Buffer.isBuffer(body) ? body : (JSON.stringify(body) ?? ''));

function sha256(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
}
