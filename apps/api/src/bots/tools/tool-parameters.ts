import { isJsonObject } from '@app/common';
const MAX_BYTES = 32_768;
const MAX_LEVELS = 12;
const MAX_NAMES = 100;
const MAX_NAME_LENGTH = 128;

const TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
/** Model services take one plain object; choices belong inside of it. */
const NOT_AT_THE_TOP = ['anyOf', 'oneOf', 'allOf', 'not', 'enum', '$ref'];

type Json = Record<string, unknown>;

/**
 * What a model service would refuse in the parameters of a function: a sentence about the first fault; null when there is none. Not the whole of
 * JSON Schema: keywords that only limit values (`minimum`, `pattern`, …) are left to the service.
 */
export function faultInParameters(value: unknown): string | null {
  if (!isJsonObject(value)) return 'must be a JSON schema: an object';
  if (Buffer.byteLength(JSON.stringify(value)) > MAX_BYTES) return `must not be longer than ${MAX_BYTES} bytes`;
  if (value['type'] !== 'object') return `must be a JSON schema whose type is 'object'`;
  const choice = NOT_AT_THE_TOP.find((keyword) => Object.hasOwn(value, keyword));
  if (choice !== undefined) return `must not have ${choice} at the top`;
  return faultInSchema(value, '', 1);
}

function faultInSchema(schema: unknown, path: string, level: number): string | null {
  if (level > MAX_LEVELS) return `must not be nested deeper than ${MAX_LEVELS} schemas`;
  if (typeof schema === 'boolean' && path !== '') return null;
  if (!isJsonObject(schema)) return `must have a schema at ${nameOf(path)}`;
  return (
    faultInType(schema['type'], path) ??
    faultInProperties(schema, path, level) ??
    faultInRequired(schema, path) ??
    faultInWords(schema, path) ??
    faultInParts(schema, path, level)
  );
}

function faultInType(type: unknown, path: string): string | null {
  const types = Array.isArray(type) ? (type as unknown[]) : [type ?? 'object'];
  const isKnown = types.length > 0 && types.every((each) => TYPES.includes(each));
  return isKnown ? null : `must name a type of JSON at ${nameOf(path)}`;
}

function faultInProperties(schema: Json, path: string, level: number): string | null {
  for (const keyword of ['properties', '$defs', 'definitions']) {
    const properties = schema[keyword];
    if (properties === undefined) continue;
    if (!isJsonObject(properties)) return `must have an object as ${keyword} at ${nameOf(path)}`;
    const entries = Object.entries(properties);
    if (entries.length > MAX_NAMES) return `must not have more than ${MAX_NAMES} ${keyword} at ${nameOf(path)}`;
    for (const [name, property] of entries) {
      if (name === '' || name.length > MAX_NAME_LENGTH)
        return `must have ${keyword} with names of 1 to ${MAX_NAME_LENGTH} characters`;
      const fault = faultInSchema(property, `${path}.${name}`, level + 1);
      if (fault !== null) return fault;
    }
  }
  return null;
}

function faultInRequired({ required, properties }: Json, path: string): string | null {
  if (required === undefined) return null;
  if (!Array.isArray(required) || !required.every((name) => typeof name === 'string'))
    return `must have a list of names as required at ${nameOf(path)}`;
  if (new Set(required).size < required.length) return `must not require a name twice at ${nameOf(path)}`;
  const known = isJsonObject(properties) ? properties : {};
  const isKnown = required.every((name) => Object.hasOwn(known, name));
  return isKnown ? null : `must only require names that are among its properties at ${nameOf(path)}`;
}

function faultInWords(schema: Json, path: string): string | null {
  for (const keyword of ['title', 'description', 'format', 'pattern'])
    if (schema[keyword] !== undefined && typeof schema[keyword] !== 'string')
      return `must have a text as ${keyword} at ${nameOf(path)}`;
  const { enum: values, $ref: reference } = schema;
  if (values !== undefined && (!Array.isArray(values) || values.length === 0))
    return `must have a list of values as enum at ${nameOf(path)}`;
  if (reference !== undefined && (typeof reference !== 'string' || !reference.startsWith('#')))
    return `must only refer to its own parts at ${nameOf(path)}`;
  return null;
}

function faultInParts(schema: Json, path: string, level: number): string | null {
  for (const keyword of ['items', 'additionalProperties', 'not']) {
    if (schema[keyword] === undefined) continue;
    const fault = faultInSchema(schema[keyword], `${path}.${keyword}`, level + 1);
    if (fault !== null) return fault;
  }
  for (const keyword of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
    const parts = schema[keyword];
    if (parts === undefined) continue;
    if (!Array.isArray(parts) || parts.length === 0)
      return `must have a list of schemas as ${keyword} at ${nameOf(path)}`;
    for (const part of parts) {
      const fault = faultInSchema(part, `${path}.${keyword}`, level + 1);
      if (fault !== null) return fault;
    }
  }
  return null;
}

const nameOf = (path: string): string => (path === '' ? 'the top' : path.slice(1, 200));
