import type { OpenAPIObject } from '@nestjs/swagger';
import { documentIn3_0 } from './openapi-3-0.js';

/** The schema `Under`, as 3.0 says it. */
function in3_0(schema: Record<string, unknown>): unknown {
  const schemas = { Under: schema, Item: { type: 'object' }, Word: { type: 'string', enum: ['a'] } };
  const document = { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: {}, components: { schemas } };
  return documentIn3_0(document).components!.schemas!['Under'];
}

describe('the document in 3.0', () => {
  it.each([
    ['a type or null', { type: ['string', 'null'] }, { type: 'string', nullable: true }],
    ['several types', { type: ['string', 'integer'] }, { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
    [
      'a reference or null',
      { anyOf: [{ $ref: '#/components/schemas/Word' }, { type: 'null' }] },
      { type: 'string', nullable: true, allOf: [{ $ref: '#/components/schemas/Word' }] },
    ],
    [
      'one of several or null',
      { oneOf: [{ type: 'string' }, { $ref: '#/components/schemas/Item' }, { type: 'null' }] },
      { oneOf: [{ type: 'string', nullable: true }, { $ref: '#/components/schemas/Item' }] },
    ],
    ['one value', { const: 'a' }, { enum: ['a'] }],
    [
      'null among values',
      { type: ['string', 'null'], enum: ['a', null] },
      { type: 'string', nullable: true, enum: ['a', null] },
    ],
    ['examples', { type: 'string', examples: ['a', 'b'] }, { type: 'string', example: 'a' }],
    ['an open bound', { type: 'number', exclusiveMinimum: 0 }, { type: 'number', minimum: 0, exclusiveMinimum: true }],
    [
      'words beside a reference',
      { $ref: '#/components/schemas/Item', description: 'D' },
      { allOf: [{ $ref: '#/components/schemas/Item' }], description: 'D' },
    ],
    ['a word that 3.0 does not know', { type: 'object', propertyNames: { pattern: 'a' } }, { type: 'object' }],
    [
      'schemas within schemas',
      { type: 'array', items: { type: 'object', properties: { type: { type: ['integer', 'null'] } } } },
      { type: 'array', items: { type: 'object', properties: { type: { type: 'integer', nullable: true } } } },
    ],
    [
      'what only looks like a schema',
      { type: 'object', example: { const: 1 } },
      { type: 'object', example: { const: 1 } },
    ],
  ])('says %s in its words', (_what, schema, expected) => {
    const before = structuredClone(schema);
    expect(in3_0(schema)).toEqual(expected);
    expect(schema).toEqual(before);
  });

  it('has the schemas of parameters and bodies, too, and no part that only 3.1 has', () => {
    const body = { content: { 'application/json': { schema: { const: 1 } } } };
    const get = { parameters: [{ name: 'a', in: 'query', schema: { type: ['string', 'null'] } }], requestBody: body };
    const document = { openapi: '3.1.0', info: {}, webhooks: {}, paths: { '/a': { get } } };
    expect(documentIn3_0(document as unknown as OpenAPIObject)).toEqual({
      openapi: '3.0.3',
      info: {},
      paths: {
        '/a': {
          get: {
            parameters: [{ name: 'a', in: 'query', schema: { type: 'string', nullable: true } }],
            requestBody: { content: { 'application/json': { schema: { enum: [1] } } } },
          },
        },
      },
    });
  });
});
