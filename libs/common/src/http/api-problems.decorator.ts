import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from './problem.dto.js';

const DESCRIPTIONS: Record<number, string> = {
  400: 'The request is not valid; `errors` names the fields.',
  401: 'The token is missing or not valid.',
  403: 'The caller may not do this.',
  404: 'Not there, or not yours.',
  409: 'The current state does not allow this.',
  413: 'The body is too large.',
  415: 'The content type is not supported.',
  422: 'The Idempotency-Key was used for another request.',
  429: 'Too many requests; `Retry-After` says when to come back.',
  500: 'Something went wrong on our side.',
  502: 'The model service failed.',
  503: 'Not available at the moment; `Retry-After` may say when to come back.',
  504: 'The model service did not answer in time.',
};

/** An error answer as the OpenAPI document describes it. */
export const problemResponse = (status: number) => ({
  description: DESCRIPTIONS[status] ?? 'Problem',
  content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
});

/** Documents error answers; all of them are `application/problem+json`. */
export const ApiProblems = (...statuses: number[]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiExtraModels(ProblemDto),
    ...statuses.map((status) => ApiResponse({ status, ...problemResponse(status) })),
  );
