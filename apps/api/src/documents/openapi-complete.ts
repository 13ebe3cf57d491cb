import { OPEN_BODY, PROBLEM_EXAMPLES, problemResponse } from '@app/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { shareErrorResponses } from './openapi-responses.js';
import { describeParameters, divideComment } from './openapi-texts.js';
import { addExample } from './openapi-tour.js';

type Components = NonNullable<OpenAPIObject['components']>;
type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Response = NonNullable<OperationObject['responses'][string]>;
type Schema = NonNullable<Components['schemas']>[string];

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const REQUEST_ID = { 'X-Request-Id': { $ref: '#/components/headers/XRequestId' } };
const RETRY_AFTER = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } };
const REPLAYED = { 'Idempotency-Replayed': { $ref: '#/components/headers/IdempotencyReplayed' } };
const IDEMPOTENCY_KEY = { $ref: '#/components/parameters/IdempotencyKey' };
const EMPTY = { 'application/json': { schema: { $ref: '#/components/schemas/EmptyDto' } } };
const STATUSES_TO_RETRY = ['429', '503'];

/** Adds what holds for every operation, so that no handler has to say it: common errors, headers, closed request bodies, texts. */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  const components = (document.components ??= {});
  components.schemas = { EmptyDto: { type: 'object', additionalProperties: false }, ...components.schemas };
  components.headers = { ...HEADERS, ...components.headers };
  components.parameters = { ...PARAMETERS, ...components.parameters };
  components.examples = { ...PROBLEM_EXAMPLES, ...components.examples };
  const seen = new Set<string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      refuseDuplicate(operation, seen);
      divideComment(operation);
      describeParameters(operation);
      if (method === 'post' && path.startsWith('/api/')) addIdempotency(operation);
      addErrors(path, method, operation);
      addBodyTypes(operation);
      addExample(operation);
      for (const [status, response] of Object.entries(operation.responses)) completeResponse(status, response!);
      if (!isOpen(operation))
        for (const { schema } of Object.values(bodyOf(operation)?.content ?? {}))
          closeSchema(schema, document, new Set());
    }
  }
  shareErrorResponses(document);
  return document;
}

/** Clients get one method per operation, by this name. */
function refuseDuplicate({ operationId = '' }: OperationObject, seen: Set<string>): void {
  if (operationId === '' || seen.has(operationId)) throw new Error(`The handler name "${operationId}" is not unique.`);
  seen.add(operationId);
}

function isOpen(operation: OperationObject & { [OPEN_BODY]?: boolean }): boolean {
  const isMarked = operation[OPEN_BODY] === true;
  delete operation[OPEN_BODY];
  return isMarked;
}

const bodyOf = (operation: OperationObject) =>
  operation.requestBody !== undefined && 'content' in operation.requestBody ? operation.requestBody : null;

/** Errors that any request may get before its handler, and those of bodies, which are read for every method that allows one. */
const COMMON_ERRORS = [400, 408, 414, 417, 429, 431, 500, 503];
const BODY_ERRORS = [413, 415];

function addErrors(path: string, method: string, { responses }: OperationObject): void {
  const ofAddress = path.includes('{') ? [404] : [];
  const ofBody = method === 'get' ? [] : BODY_ERRORS;
  for (const status of [...COMMON_ERRORS, ...ofAddress, ...ofBody]) {
    const problem = problemResponse(status);
    const documented = responses[status];
    const content = documented === undefined ? contentOf(responses['500']) : contentOf(documented);
    // A route that documents an answer without contents sends none.
    if (documented !== undefined && content === undefined) continue;
    responses[status] = { ...problem, ...documented, content: { ...content, ...problem.content } };
  }
}

/** How errors look on a route of another system's format; what comes before any route is a problem all the same. */
const contentOf = (response: Response | undefined) =>
  response === undefined || '$ref' in response ? undefined : response.content;

/** Every JSON body may be sent under these names too, as the body reader takes it. */
function addBodyTypes(operation: OperationObject): void {
  const { content = {} } = bodyOf(operation) ?? {};
  const json = content['application/json'];
  if (json !== undefined) for (const type of ['text/json', 'application/*+json']) content[type] ??= json;
}

function addIdempotency(operation: OperationObject): void {
  const isDocumented = operation.parameters?.some(
    (parameter) => 'name' in parameter && parameter.name.toLowerCase() === 'idempotency-key',
  );
  if (isDocumented !== true) operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY];
  for (const status of [409, 422]) operation.responses[status] ??= problemResponse(status);
  const success = operation.responses['200'];
  if (success !== undefined && !('$ref' in success)) success.headers = { ...REPLAYED, ...success.headers };
}

function completeResponse(status: string, response: Response): void {
  if ('$ref' in response) return;
  response.headers = {
    ...REQUEST_ID,
    ...(STATUSES_TO_RETRY.includes(status) && RETRY_AFTER),
    ...response.headers,
  };
  if (status.startsWith('2') && status !== '204') response.content ??= EMPTY;
  if (response.description === '') response.description = response.content === EMPTY ? 'Done' : 'The result';
}

/** Unknown fields of a body are refused, and the document says so. Schemas that are open on purpose stay open. */
function closeSchema(schema: Schema | undefined, document: OpenAPIObject, seen: Set<string>): void {
  if (schema === undefined) return;
  if ('$ref' in schema) {
    if (seen.has(schema.$ref)) return;
    seen.add(schema.$ref);
    closeSchema(document.components?.schemas?.[schema.$ref.split('/').at(-1)!], document, seen);
    return;
  }
  if (schema.properties !== undefined) schema.additionalProperties ??= false;
  const parts = [...Object.values(schema.properties ?? {}), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  for (const part of parts) closeSchema(part, document, seen);
  // A single part of an `allOf` is how a reference gets a description; several are composed and must stay open.
  if (schema.allOf?.length === 1) closeSchema(schema.allOf[0], document, seen);
  closeSchema(schema.items, document, seen);
}

const HEADERS: NonNullable<Components['headers']> = {
  XRequestId: {
    description: 'Names this request in the log. A caller may choose it.',
    schema: { type: 'string' },
    example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e',
  },
  RetryAfter: { description: 'Seconds to wait before the next try.', schema: { type: 'integer' }, example: 12 },
  IdempotencyReplayed: {
    description: '`true` when this is the recorded answer of an earlier request with the same Idempotency-Key.',
    schema: { type: 'string', enum: ['true'] },
    example: 'true',
  },
};

const PARAMETERS: NonNullable<Components['parameters']> = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Makes a retry safe: the first request with this key runs, later ones within 24 hours get its answer. Any text of your own, for each request another: a UUID, for example.',
    // No example: Swagger UI would send it with every try, and the second one would be answered with the first one's answer, or refused.
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
  },
};
