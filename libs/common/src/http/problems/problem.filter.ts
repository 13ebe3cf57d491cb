import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Problem } from '@app/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { ErrorAnswer, ForeignRouteOptions } from '../foreign-route.decorator.js';
import { PROBLEM_TYPE, retryAfterOf, toProblem } from './problem.js';
import { REQUEST_ID_HEADER } from '../request-id.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const EMPTY_TYPE = 'text/plain; charset=utf-8';

/**
 * Answers every error of an HTTP request as `application/problem+json`, or as the route of another system's format says. Unexpected
 * errors are logged and not shown.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { id = null, routeOptions } = http.getRequest<Partial<FastifyRequest>>();
    const problem = toProblem(error, id);
    this.log(error, problem);
    const { errorAnswer } = (routeOptions?.config ?? {}) as Partial<ForeignRouteOptions>;
    sendProblem(http.getResponse<FastifyReply | ServerResponse>(), problem, error, errorAnswer?.(problem, error));
  }

  private log(error: unknown, problem: Problem): void {
    if (problem.code === 'INTERNAL') this.logger.error(error instanceof Error ? error : { thrown: typeof error });
    else if (problem.status >= 500) this.logger.warn({ msg: problem.detail, code: problem.code });
  }
}

/** Sends a problem, unless an answer is already on its way: then the connection is cut, so that the client does not take it for complete. */
export function sendProblem(
  response: FastifyReply | ServerResponse,
  problem: Problem,
  error?: unknown,
  answer?: ErrorAnswer,
): void {
  const { status, type, text } = writtenAnswer(problem, answer);
  const headers: Record<string, string> = { 'content-type': type };
  if (problem.requestId !== null) headers[REQUEST_ID_HEADER] = problem.requestId;
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== null) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)));

  const raw = 'raw' in response ? response.raw : response;
  if (raw.headersSent || raw.destroyed) raw.destroy();
  else if ('raw' in response) void response.code(status).headers(headers).send(text);
  else raw.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

function writtenAnswer(problem: Problem, answer?: ErrorAnswer): { status: number; type: string; text: string } {
  if (answer === undefined) return { status: problem.status, type: PROBLEM_TYPE, text: JSON.stringify(problem) };
  const { status, body } = answer;
  return body === null
    ? { status, type: EMPTY_TYPE, text: '' }
    : { status, type: JSON_TYPE, text: JSON.stringify(body) };
}
