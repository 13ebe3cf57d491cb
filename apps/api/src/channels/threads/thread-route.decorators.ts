import { Access, ForeignRoute, OpenWhen, type ErrorAnswer } from '@app/common';
import type { Problem } from '@app/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ThreadEnded, ThreadNotTakenOver } from './thread-errors.js';
import { ThreadErrorDto } from './thread.dto.js';
import { isThreadsOpen } from './threads.config.js';

/** For agents; with THREADS_OPEN for every caller. */
export const ThreadAgents = (): MethodDecorator & ClassDecorator =>
  applyDecorators(Access('agent'), OpenWhen(isThreadsOpen));

/** For administrators; with THREADS_OPEN for every caller. */
export const ThreadAdmins = (): MethodDecorator & ClassDecorator =>
  applyDecorators(Access('admin'), OpenWhen(isThreadsOpen));

interface Manners {
  /** What a request that is not valid is told. */
  invalid?: string;
  /** What one without the named field is told. */
  missing?: Record<string, string>;
  /** What every error says beside itself, where clients show it as the outcome. */
  failed?: string;
}

/** A route of this format: its errors are `{error}`, and with THREADS_OPEN pages of every origin may call it. */
export const ThreadRoute = ({ invalid, missing = {}, failed }: Manners = {}): MethodDecorator =>
  ForeignRoute({
    isOpenToBrowsers: isThreadsOpen,
    errorAnswer: (problem, error): ErrorAnswer => {
      if (error instanceof ThreadEnded)
        return { status: 400, body: { message: `Thread Status : ${error.threadStatus}` } };
      if (error instanceof ThreadNotTakenOver) return { status: 404, body: {} };
      const sentence = problem.status === 400 ? (sentenceOf(problem, missing) ?? invalid) : undefined;
      return { status: problem.status, body: { error: sentence ?? problem.detail, message: failed } };
    },
  });

const EVERYWHERE = [401, 429, 500, 503];

/** What may go wrong on a route, beside what may everywhere, for the document. Stands above what says who may call. */
export const ThreadErrors = (...statuses: number[]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiExtraModels(ThreadErrorDto),
    ...[...EVERYWHERE, ...statuses].map((status) =>
      ApiResponse({
        status,
        description: DESCRIPTIONS[status] ?? 'Something went wrong',
        content: { 'application/json': { schema: { $ref: getSchemaPath(ThreadErrorDto) } } },
      }),
    ),
  );

const sentenceOf = ({ errors = [] }: Problem, missing: Record<string, string>): string | undefined =>
  Object.entries(missing).find(([name]) => errors.some(({ path }) => path === name))?.[1];

const DESCRIPTIONS: Record<number, string> = {
  400: 'The request is not valid, or the thread has ended.',
  401: 'The token is missing or not valid.',
  403: 'The caller may not do this.',
  404: 'Not there.',
  409: 'The current state does not allow this.',
  413: 'The body is too large.',
  415: 'The content type is not supported.',
  429: 'Too many requests; `Retry-After` says when to come back.',
  500: 'Something went wrong on our side.',
  502: 'The model service failed.',
  503: 'Not available at the moment; `Retry-After` may say when to come back.',
  504: 'The model service did not answer in time.',
};
