import type { ErrorCode, Problem } from '@app/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { problemOf } from './problem.js';
import { ProblemDto } from './problem.dto.js';

const DESCRIPTIONS: Record<number, string> = {
  400: 'The request is not valid; `errors` names the fields.',
  401: 'The token is missing or not valid.',
  403: 'The caller may not do this.',
  404: 'Not there, or not yours.',
  408: 'The request took too long to arrive.',
  409: 'The current state does not allow this.',
  413: 'The body is too large.',
  414: 'The address, or a part of it, is too long.',
  415: 'The content type is not supported.',
  417: 'The header `Expect` asks for something unknown.',
  422: 'The Idempotency-Key was used for another request.',
  429: 'Too many requests; `Retry-After` says when to come back.',
  431: 'The headers are too large.',
  500: 'Something went wrong on our side.',
  502: 'The model service failed.',
  503: 'Not available at the moment; `Retry-After` may say when to come back.',
  504: 'The model service did not answer in time.',
};

/** What is met most often with each status; an example of another status would mislead. */
const TYPICAL: Record<number, ErrorCode> = {
  400: 'VALIDATION_FAILED',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  414: 'URI_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  417: 'EXPECTATION_FAILED',
  422: 'IDEMPOTENCY_KEY_REUSED',
  429: 'RATE_LIMITED',
  431: 'HEADERS_TOO_LARGE',
  500: 'INTERNAL',
  502: 'PROVIDER_ERROR',
  503: 'NOT_READY',
  504: 'PROVIDER_TIMEOUT',
};

const REQUEST_ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const FIELD_PROBLEM = { path: 'userMessage', message: 'userMessage must be a string' };

const exampleOf = (code: ErrorCode): Problem =>
  problemOf(code, REQUEST_ID, undefined, code === 'VALIDATION_FAILED' ? [FIELD_PROBLEM] : undefined);

/** By code, for the components of the OpenAPI document. */
export const PROBLEM_EXAMPLES: Record<string, { value: Problem }> = Object.fromEntries(
  Object.values(TYPICAL).map((code) => [code, { value: exampleOf(code) }]),
);

/** An error answer as the OpenAPI document describes it. */
export const problemResponse = (status: number) => {
  const code = TYPICAL[status];
  return {
    description: DESCRIPTIONS[status] ?? 'Problem',
    content: {
      'application/problem+json': {
        schema: { $ref: getSchemaPath(ProblemDto) },
        ...(code !== undefined && { examples: { [code]: { $ref: `#/components/examples/${code}` } } }),
      },
    },
  };
};

/** Documents error answers; all of them are `application/problem+json`. */
export const ApiProblems = (...statuses: number[]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiExtraModels(ProblemDto),
    ...statuses.map((status) => ApiResponse({ status, ...problemResponse(status) })),
  );
