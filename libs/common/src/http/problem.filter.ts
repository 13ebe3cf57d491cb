import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Problem } from '@app/contracts';
import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';
import { AppError } from '../errors/app-error.js';
import { PROBLEM_TYPE, toProblem } from './problem.js';
import { REQUEST_ID_HEADER } from './request-id.js';

/** Answers every error of an HTTP request as `application/problem+json`. What nobody foresaw is logged and stays hidden. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const requestId = http.getRequest<{ id?: string }>().id ?? null;
    const problem = toProblem(error, requestId);
    this.log(error, problem);
    sendProblem(http.getResponse<FastifyReply | ServerResponse>(), problem, error);
  }

  private log(error: unknown, problem: Problem): void {
    if (problem.code === 'INTERNAL') this.logger.error(error instanceof Error ? error : { thrown: typeof error });
    else if (problem.status >= 500) this.logger.warn({ msg: problem.detail, code: problem.code });
  }
}

/** Sends a problem, unless an answer is already on its way: then the connection is cut, so that nobody takes it for complete. */
export function sendProblem(response: FastifyReply | ServerResponse, problem: Problem, error?: unknown): void {
  const headers: Record<string, string> = { 'content-type': PROBLEM_TYPE };
  if (problem.requestId !== null) headers[REQUEST_ID_HEADER] = problem.requestId;
  const retryAfter = error instanceof AppError ? error.retryAfterSeconds : undefined;
  if (retryAfter !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)));

  const raw = 'raw' in response ? response.raw : response;
  if (raw.headersSent || raw.destroyed) raw.destroy();
  else if ('raw' in response) void response.code(problem.status).headers(headers).send(JSON.stringify(problem));
  else raw.writeHead(problem.status, headers).end(JSON.stringify(problem));
}
