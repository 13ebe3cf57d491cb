import type { OpenAPIObject } from '@nestjs/swagger';

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Response = NonNullable<OperationObject['responses'][string]>;

const FIRST_ERROR = 400;

/**
 * Moves the answers that describe errors alike into `components.responses`, named by format and status (`Problem404`). Written out at
 * every operation they are two thirds of the document.
 */
export function shareErrorResponses(document: OpenAPIObject): void {
  const shared: Record<string, Response> = {};
  for (const operation of operationsOf(document)) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (Number(status) < FIRST_ERROR || response === undefined || '$ref' in response) continue;
      const name = `${formatsOf(response)}${status}`;
      shared[name] ??= response;
      if (isSame(shared[name], response)) operation.responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  document.components = { ...document.components, responses: { ...shared, ...document.components?.responses } };
}

function operationsOf({ paths }: OpenAPIObject): OperationObject[] {
  return Object.values(paths)
    .flatMap((item) => [item.get, item.put, item.post, item.delete, item.patch])
    .filter((operation) => operation !== undefined);
}

/** The names of the schemas that the answer may have, without their suffix; `Empty` when it has no content. */
function formatsOf(response: Response): string {
  const schemas = '$ref' in response ? [] : Object.values(response.content ?? {}).map(({ schema }) => schema);
  const names = schemas.map((schema) =>
    schema !== undefined && '$ref' in schema ? schema.$ref.split('/').at(-1)!.replace(/Dto$/, '') : 'Text',
  );
  return [...new Set(names)].join('Or') || 'Empty';
}

const isSame = (one: Response, other: Response): boolean => JSON.stringify(one) === JSON.stringify(other);
