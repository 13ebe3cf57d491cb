import { isJsonObject } from '@app/common';
type Schema = Record<string, unknown>;

const NAME = 'answer';
/** What strict mode refuses wherever it stands. */
const NOT_STRICT = [
  'allOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'prefixItems',
];

/** The form of Responses; Chat Completions has the same fields one level deeper. */
export const schemaFormat = (schema: unknown) => ({ type: 'json_schema', ...namedSchema(schema) });

export const namedSchema = (schema: unknown) => ({ name: NAME, schema, strict: isStrict(schema) });

/** Whether a service can promise to follow the schema: every object is closed, and all its properties are required. */
export function isStrict(schema: unknown): boolean {
  if (!isJsonObject(schema)) return false;
  if (NOT_STRICT.some((keyword) => Object.hasOwn(schema, keyword))) return false;
  const { type, properties = {}, required = [], additionalProperties, items, anyOf = [] } = schema;
  const parts = [
    ...Object.values(properties as Schema),
    ...(anyOf as unknown[]),
    ...(items === undefined ? [] : [items]),
  ];
  if (!parts.every(isStrict)) return false;
  const isOfObjects = type === 'object' || (Array.isArray(type) && type.includes('object'));
  if (!isOfObjects) return type !== undefined || Object.hasOwn(schema, 'enum') || Object.hasOwn(schema, 'anyOf');
  const names = new Set(required as string[]);
  return additionalProperties === false && Object.keys(properties as Schema).every((name) => names.has(name));
}
