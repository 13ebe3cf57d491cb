import { ERRORS, type ErrorCode, type FieldProblem, type Problem } from '@app/contracts';
import { HttpException } from '@nestjs/common';
import { AppError } from '../../errors/app-error.js';
import { isStorageFull } from '../../errors/storage-full.js';
import { traceFields } from '../../tracing/span.js';
import { isTransient, isUnreachable, isUnstorable } from '../../errors/transient.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Room is made by people, not within a second. */
const ROOM_AFTER_SECONDS = 10;

/** For what libraries throw: they know a status, not a code. */
const CODE_BY_STATUS: Record<number, ErrorCode> = {
  400: 'VALIDATION_FAILED',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  414: 'URI_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  417: 'EXPECTATION_FAILED',
  429: 'RATE_LIMITED',
  431: 'HEADERS_TOO_LARGE',
};

const codeOfStatus = (status: number): ErrorCode =>
  CODE_BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'VALIDATION_FAILED' : 'INTERNAL');

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}

/** Any error as the one shape that callers see. Only an AppError speaks for itself; of all others nothing is repeated. */
export function toProblem(error: unknown, requestId: string | null): Problem {
  if (error instanceof AppError) return problemOf(error.code, requestId, error.message, error.errors);
  return problemOf(codeOfDatabase(error) ?? codeOfStatus(statusOf(error)), requestId);
}

/** A connection's refusal, as clients of the socket are told it. */
export function connectionRefusal(error: unknown): Error {
  const problem = toProblem(error, null);
  return Object.assign(new Error(problem.title), { data: problem });
}

function codeOfDatabase(error: unknown): ErrorCode | null {
  if (isTransient(error)) return 'DATABASE_BUSY';
  if (isStorageFull(error)) return 'STORAGE_FULL';
  if (isUnstorable(error)) return 'VALIDATION_FAILED';
  return isUnreachable(error) ? 'DATABASE_UNREACHABLE' : null;
}

/** After how many seconds the same may go well, where that is known. */
export function retryAfterOf(error: unknown): number | null {
  if (error instanceof AppError) return error.retryAfterSeconds ?? null;
  if (isStorageFull(error)) return ROOM_AFTER_SECONDS;
  return isTransient(error) || isUnreachable(error) ? 1 : null;
}

export function problemOf(
  code: ErrorCode,
  requestId: string | null,
  detail: string = `${ERRORS[code].title}.`,
  errors?: FieldProblem[],
): Problem {
  const { status, title } = ERRORS[code];
  const { traceId } = traceFields();
  const problem: Problem = { type: 'about:blank', title, status, detail, code, requestId, ...(traceId && { traceId }) };
  return errors === undefined || errors.length === 0 ? problem : { ...problem, errors };
}
