import { problemOf, PROBLEM_TYPE, REQUEST_ID_HEADER, requestIdOf } from '@app/common';
import type { ErrorCode } from '@app/contracts';
import type { Socket } from 'node:net';

/** An answer that has just been sent reaches its reader within this time; then the connection ends, whatever the other side does. */
export const LAST_WORDS_MS = 500;

const CODES: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** Answers what is not even HTTP. There is no request yet, so the answer is written by hand and the connection ends. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = requestIdOf(undefined);
  const problem = problemOf(CODES[error.code ?? ''] ?? 'VALIDATION_FAILED', requestId);
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      `content-type: ${PROBLEM_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      `${REQUEST_ID_HEADER}: ${requestId}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  setTimeout(() => socket.destroy(), LAST_WORDS_MS);
}
