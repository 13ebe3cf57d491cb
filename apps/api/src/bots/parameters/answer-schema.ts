import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { faultInParameters } from '../tools/tool-parameters.js';

const MOST_BYTES = 16 * 1024;
/** Twelve schemas within each other have two of these each; enums and defaults may have more. */
const MOST_LEVELS = 40;
/** With references, a check could take exponential time; patterns of names could as well. */
const REFUSED = new Set(['$ref', '$dynamicRef', '$id', '$anchor', '$dynamicAnchor', 'patternProperties']);
/** What could take long on a long answer, and is left to the service. */
const UNCHECKED = ['pattern', 'uniqueItems'];

type Json = Record<string, unknown>;

/** The schemas of bots live as long as their profiles in the cache. */
const checks = new WeakMap<object, ValidateFunction>();
let compiler: Ajv2020 | null = null;

/** Why answers cannot follow this schema, as the rest of a sentence; null when they can. */
export function faultInAnswerSchema(value: unknown): string | null {
  const fault = faultInParameters(value);
  if (fault !== null) return fault;
  if (Buffer.byteLength(JSON.stringify(value)) > MOST_BYTES) return `must not be longer than ${MOST_BYTES} bytes`;
  const refused = findRefused(value, []);
  if (refused !== null) return refused;
  try {
    compile(value as Json);
    return null;
  } catch (error) {
    return `is not a JSON schema: ${(error as Error).message.slice(0, 300)}`;
  }
}

/** How the text differs from JSON of the schema, as the rest of a sentence; null when it fits. */
export function mismatchOf(schema: Json, text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  let check = checks.get(schema);
  if (check === undefined) {
    check = compile(schema);
    checks.set(schema, check);
  }
  if (check(value)) return null;
  const { instancePath, message } = check.errors![0]!;
  return `does not fit the schema of the bot: ${instancePath.slice(0, 100) || 'it'} ${message?.slice(0, 200)}`;
}

/** Throws for what is not a schema. */
function compile({ $schema: _dialect, ...schema }: Json): ValidateFunction {
  compiler ??= newCompiler();
  try {
    return compiler.compile(schema);
  } finally {
    compiler.removeSchema(schema);
  }
}

function newCompiler(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  for (const keyword of UNCHECKED) ajv.removeKeyword(keyword);
  return ajv;
}

/** The first keyword that is refused, or the first part that lies too deep. */
function findRefused(value: unknown, path: readonly string[]): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (path.length > MOST_LEVELS) return `must not be nested deeper than ${MOST_LEVELS} levels`;
  for (const [name, part] of Object.entries(value)) {
    if (REFUSED.has(name)) return `must not have ${name} at ${path.join('.').slice(0, 200) || 'the top'}`;
    const found = findRefused(part, [...path, name]);
    if (found !== null) return found;
  }
  return null;
}
