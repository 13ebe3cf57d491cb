import { AppError, sendProblem, toProblem, type ForeignRouteOptions } from '@app/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LAST_WORDS_MS } from './broken-request.js';

/** A body that comes at this rate at least may take longer; a large image over a slow line is allowed for. */
const BYTES_PER_SECOND = 8192;

/** Lets a body go that does not arrive in time, whether anything waits for it or not: a connection is held by it. */
export function limitArrival(request: FastifyRequest, reply: FastifyReply, timeoutMs: number): void {
  const { raw } = request;
  const { socket, headers } = raw;
  if (headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0') return;
  const startedAt = performance.now();
  const bytesBefore = socket.bytesRead;
  let timer: NodeJS.Timeout;
  const check = (): void => {
    if (raw.complete || socket.destroyed) return;
    const earnedMs = ((socket.bytesRead - bytesBefore) / BYTES_PER_SECOND) * 1000;
    const leftMs = timeoutMs + earnedMs - (performance.now() - startedAt);
    if (leftMs > 0) timer = setTimeout(check, leftMs).unref();
    else refuse(request, reply);
  };
  timer = setTimeout(check, timeoutMs).unref();
  // An answer may have been sent before the body is there.
  reply.raw.once('close', () => raw.complete && clearTimeout(timer));
}

function refuse(request: FastifyRequest, reply: FastifyReply): void {
  const { raw, routeOptions } = request;
  const error = new AppError('REQUEST_TIMEOUT');
  const problem = toProblem(error, request.id);
  const { errorAnswer } = (routeOptions.config ?? {}) as Partial<ForeignRouteOptions>;
  if (!reply.raw.headersSent) reply.hijack().raw.setHeader('connection', 'close');
  sendProblem(reply.raw, problem, error, errorAnswer?.(problem, error));
  setTimeout(() => raw.socket.destroy(), LAST_WORDS_MS);
}
