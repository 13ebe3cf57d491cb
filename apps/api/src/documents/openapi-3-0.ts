import { isJsonObject } from '@app/common';
import type { OpenAPIObject } from '@nestjs/swagger';

type Schema = Record<string, unknown>;
/** The type of the schema that a reference leads to. */
type TypeOf = (ref: string) => string;

const isNull = (value: unknown): boolean => isJsonObject(value) && value['type'] === 'null';

/** Words of JSON Schema 2020-12 that 3.0 does not know, and whose absence only widens what is allowed. */
const UNKNOWN = [
  'propertyNames',
  'patternProperties',
  'unevaluatedProperties',
  'contentMediaType',
  'contentEncoding',
  '$comment',
];

/** What 3.0 says in other words, each rule for one word of a schema; the schema is changed. */
const RULES: Record<string, (schema: Schema, typeOf: TypeOf) => void> = {
  type: (schema) => {
    const { type } = schema;
    if (!Array.isArray(type)) return;
    const others = type.filter((name) => name !== 'null');
    if (others.length < type.length) schema['nullable'] = true;
    if (others.length === 1) schema['type'] = others[0]!;
    else {
      delete schema['type'];
      schema['anyOf'] = others.map((name) => ({ type: name }));
    }
  },
  anyOf: (schema, typeOf) => unionOf(schema, 'anyOf', typeOf),
  oneOf: (schema, typeOf) => unionOf(schema, 'oneOf', typeOf),
  const: (schema) => {
    schema['enum'] = [schema['const']!];
    delete schema['const'];
  },
  enum: (schema) => {
    if (Array.isArray(schema['enum']) && schema['enum'].includes(null)) schema['nullable'] = true;
  },
  examples: (schema) => {
    if (Array.isArray(schema['examples']) && schema['examples'].length > 0)
      schema['example'] ??= schema['examples'][0]!;
    delete schema['examples'];
  },
  exclusiveMinimum: (schema) => exclusive(schema, 'exclusiveMinimum', 'minimum'),
  exclusiveMaximum: (schema) => exclusive(schema, 'exclusiveMaximum', 'maximum'),
  $ref: (schema) => {
    const { $ref, ...beside } = schema;
    if (Object.keys(beside).length === 0) return;
    delete schema['$ref'];
    schema['allOf'] = [{ $ref: $ref! }];
  },
};

/** 3.0 ties `nullable` to a `type` beside it. */
function unionOf(schema: Schema, word: 'anyOf' | 'oneOf', typeOf: TypeOf): void {
  const all = schema[word];
  if (!Array.isArray(all) || !all.some(isNull)) return;
  const others = all.filter((one) => !isNull(one)).filter(isJsonObject);
  if (others.length > 1) {
    const typed = others.findIndex((one) => 'type' in one);
    schema[word] = others.map((one, index) => (index === Math.max(typed, 0) ? { ...one, nullable: true } : one));
    return;
  }
  delete schema[word];
  const only = others[0] ?? {};
  const { $ref } = only;
  if (typeof $ref === 'string') Object.assign(schema, { type: typeOf($ref), nullable: true, allOf: [only] });
  else Object.assign(schema, only, { nullable: true });
}

function exclusive(schema: Schema, word: string, bound: string): void {
  if (typeof schema[word] !== 'number') return;
  schema[bound] = schema[word];
  schema[word] = true;
}

/** The children of a schema that are schemas. */
const SINGLE = ['items', 'additionalProperties', 'not'];
const LISTED = ['allOf', 'anyOf', 'oneOf'];

function schemaIn3_0(value: unknown, typeOf: TypeOf): unknown {
  if (!isJsonObject(value)) return value;
  const schema = { ...value };
  for (const word of UNKNOWN) delete schema[word];
  for (const [word, rule] of Object.entries(RULES)) if (word in schema) rule(schema, typeOf);
  for (const word of SINGLE) if (isJsonObject(schema[word])) schema[word] = schemaIn3_0(schema[word], typeOf);
  for (const word of LISTED) {
    const list = schema[word];
    if (Array.isArray(list)) schema[word] = list.map((one) => schemaIn3_0(one, typeOf));
  }
  const { properties } = schema;
  if (isJsonObject(properties))
    schema['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, schemaIn3_0(property, typeOf)]),
    );
  return schema;
}

/** Values that may hold anything, also what looks like a schema. */
const OPAQUE = new Set(['example', 'examples', 'default', 'x-baton']);

/** Finds the schemas of a document: the values of `schema`, and the members of `components.schemas`. */
function withSchemasIn3_0(value: unknown, typeOf: TypeOf, key = ''): unknown {
  if (key === 'schema') return schemaIn3_0(value, typeOf);
  if (OPAQUE.has(key)) return value;
  if (Array.isArray(value)) return value.map((item) => withSchemasIn3_0(item, typeOf));
  if (!isJsonObject(value)) return value;
  const isListOfSchemas = key === 'schemas';
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isListOfSchemas ? schemaIn3_0(item, typeOf) : withSchemasIn3_0(item, typeOf, name),
    ]),
  );
}

/**
 * The document as OpenAPI 3.0.3, for generators that know no newer version. It describes the same server; where 3.0 has no word for
 * something, it says less.
 */
export function documentIn3_0(document: OpenAPIObject): OpenAPIObject {
  const {
    webhooks: _webhooks,
    jsonSchemaDialect: _dialect,
    ...known
  } = document as OpenAPIObject & Record<string, unknown>;
  const schemas = document.components?.schemas ?? {};
  const typeOf: TypeOf = (ref) => {
    const schema = schemas[ref.slice(ref.lastIndexOf('/') + 1)];
    return schema !== undefined && 'type' in schema && typeof schema.type === 'string' ? schema.type : 'object';
  };
  const described = withSchemasIn3_0(known, typeOf);
  return { ...(described as OpenAPIObject), openapi: '3.0.3' };
}
