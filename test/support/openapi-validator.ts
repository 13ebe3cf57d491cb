import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const ROOT = 'openapi.json';

interface Schema {
  $ref?: string;
  type?: string | string[];
  example?: unknown;
  default?: unknown;
  enum?: unknown[];
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
}
interface MediaType {
  schema?: Schema;
  example?: unknown;
}
interface DocumentedResponse {
  $ref?: string;
  content?: Record<string, MediaType>;
}
interface OperationObject {
  operationId: string;
  parameters?: { in?: string; name?: string }[];
  requestBody?: { content: Record<string, MediaType> };
  responses: Record<string, DocumentedResponse>;
}
interface Document {
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, DocumentedResponse> };
}

export interface Operation {
  id: string;
  /** In capitals. */
  method: string;
  /** As documented, with `{parameters}`. */
  path: string;
}

interface KnownOperation extends Operation {
  pattern: RegExp;
  /** More fixed segments win: `/chats/OpenChatBotId` before `/chats/{chatId}`. */
  parameters: number;
  pointer: string;
  object: OperationObject;
}

/**
 * Holds real answers against openapi.json: status and content type must be documented, the body must fit, and what no schema names
 * must not be there.
 */
export class OpenApiValidator {
  /** The documented statuses that were seen, by operation. */
  readonly seen = new Map<string, Set<number>>();
  private readonly document: Document;
  private readonly known: KnownOperation[];
  private readonly ajv: Ajv2020;
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(document: Document = readDocument(join(__dirname, '../..', ROOT))) {
    this.document = document;
    this.known = Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] !== undefined).map((method) =>
        knownOperation(path, method, item[method]!),
      ),
    );
    this.ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.ajv.addFormat('binary', true);
    this.ajv.addSchema({ $id: ROOT, ...closed(structuredClone(document)) });
  }

  get operations(): Operation[] {
    return this.known.map(({ id, method, path }) => ({ id, method, path }));
  }

  /** Whether the operation may answer with this status. */
  documents(id: string, status: number): boolean {
    return this.known.find((operation) => operation.id === id)?.object.responses[status] !== undefined;
  }

  /** The fields of the operation's JSON body, those that may be null among them; null when it takes none. */
  bodyFields(id: string): { names: string[]; nullable: string[]; isOpen: boolean } | null {
    const { requestBody } = this.known.find((operation) => operation.id === id)!.object;
    const { schema = {} } = requestBody?.content['application/json'] ?? {};
    const { properties, additionalProperties } = this.resolve(schema);
    if (properties === undefined) return null;
    const isNullable = ({ type, anyOf = [], oneOf = [] }: Schema): boolean =>
      [type].flat().includes('null') || [...anyOf, ...oneOf].some((variant) => variant.type === 'null');
    const fields = Object.entries(properties);
    return {
      names: fields.map(([name]) => name),
      nullable: fields.filter(([, field]) => isNullable(this.resolve(field))).map(([name]) => name),
      isOpen: additionalProperties !== false,
    };
  }

  private resolve(schema: Schema): Schema {
    return schema.$ref === undefined ? schema : this.document.components.schemas[nameOf(schema.$ref)]!;
  }

  /** The names of the operation's query parameters. */
  parameters(id: string): string[] {
    const { parameters = [] } = this.known.find((operation) => operation.id === id)!.object;
    return parameters.flatMap((parameter) => (parameter.in === 'query' ? [parameter.name ?? ''] : []));
  }

  /** Fetches, and throws when the answer is not as documented. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { method, url } = request;
    const response = await fetch(request);
    await this.check(method, new URL(url).pathname, response.clone());
    return response;
  };

  /** Throws with every fault that the answer has; reads its body. */
  async check(method: string, path: string, response: Response): Promise<void> {
    const operation = this.find(method, path);
    if (operation === undefined) throw new Error(`${method} ${path} is not documented.`);
    const faults = await this.faultsOf(operation, response);
    if (faults.length > 0) {
      throw new Error(`${operation.id} (${method} ${path}) answered ${response.status}:\n  ${faults.join('\n  ')}`);
    }
    const statuses = this.seen.get(operation.id) ?? new Set();
    this.seen.set(operation.id, statuses.add(response.status));
  }

  /** The documented example of the operation's JSON body; undefined when it takes none. */
  exampleBody(id: string): Record<string, unknown> | undefined {
    const { requestBody } = this.known.find((operation) => operation.id.toLowerCase() === id.toLowerCase())!.object;
    const media = requestBody?.content['application/json'];
    return media && ((media.example ?? this.exampleOf(media.schema ?? {})) as Record<string, unknown>);
  }

  /** Whether the body of the operation is shown by an example of its own or by those of its fields. */
  hasExample(id: string): boolean {
    const { requestBody } = this.known.find((operation) => operation.id === id)!.object;
    const isEmpty = Object.keys(this.exampleBody(id) ?? {}).length === 0;
    return requestBody?.content['application/json']?.example !== undefined || !isEmpty;
  }

  /** The operation that a request reaches. */
  find(method: string, path: string): KnownOperation | undefined {
    return this.known
      .filter((operation) => operation.method === method && operation.pattern.test(path))
      .toSorted((a, b) => a.parameters - b.parameters)[0];
  }

  private async faultsOf({ object, pointer }: KnownOperation, response: Response): Promise<string[]> {
    const status = String(response.status);
    const documented = object.responses[status];
    if (documented === undefined) {
      return [`the status is not documented (${Object.keys(object.responses).join(', ')})`, await response.text()];
    }
    const given = (response.headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
    const bytes = Buffer.from(await response.arrayBuffer());
    const content = documented.content ?? {};
    if (Object.keys(content).length === 0) return bytes.length === 0 ? [] : ['a body where none is documented'];
    const type = Object.keys(content).find((name) => matches(name, given));
    if (type === undefined) return [`content type "${given}" is not among ${Object.keys(content).join(', ')}`];
    if (content[type]!.schema === undefined) return [`${type} has no schema`];
    const validate = this.validatorOf(`${pointer}/responses/${status}/content/${escapePointer(type)}/schema`);
    const bodies = bodiesOf(given, bytes.toString('utf8'));
    return bodies.flatMap((body) => (validate(body) ? [] : describeErrors(validate, body)));
  }

  private validatorOf(pointer: string): ValidateFunction {
    const found = this.compiled.get(pointer) ?? this.ajv.compile({ $ref: `${ROOT}#${pointer}` });
    this.compiled.set(pointer, found);
    return found;
  }

  private exampleOf(schema: Schema): unknown {
    if (schema.example !== undefined) return schema.example;
    if (schema.$ref !== undefined) return this.exampleOf(this.document.components.schemas[nameOf(schema.$ref)]!);
    const variant = schema.allOf?.[0] ?? schema.oneOf?.[0] ?? schema.anyOf?.[0];
    if (variant !== undefined) return this.exampleOf(variant);
    if (schema.items !== undefined) {
      const item = this.exampleOf(schema.items);
      return item === undefined ? undefined : [item];
    }
    if (schema.properties === undefined) return schema.default ?? schema.enum?.[0];
    const members = Object.entries(schema.properties).map(
      ([name, property]) => [name, this.exampleOf(property)] as const,
    );
    return Object.fromEntries(members.filter(([, value]) => value !== undefined));
  }
}

/** The committed document, with the responses that operations share written out. */
export function readDocument(file: string): Document {
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
  for (const { responses } of Object.values(document.paths).flatMap((item) => Object.values(item)))
    for (const [status, response] of Object.entries(responses))
      if (response.$ref !== undefined) responses[status] = document.components.responses[nameOf(response.$ref)]!;
  return document;
}
const nameOf = (reference: string): string => reference.split('/').at(-1)!;
const escapePointer = (text: string): string => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));

function knownOperation(path: string, method: string, object: OperationObject): KnownOperation {
  const fixed = path.split(/\{[^}]+\}/).map((part) => part.replace(/[.*+?^$|()[\]\\]/g, '\\$&'));
  return {
    id: object.operationId,
    method: method.toUpperCase(),
    path,
    pattern: new RegExp(`^${fixed.join(path.endsWith('{path}') ? '(.+)' : '([^/]+)')}/?$`, 'i'),
    parameters: fixed.length - 1,
    pointer: `/paths/${escapePointer(path)}/${method}`,
    object,
  };
}

const matches = (documented: string, given: string): boolean =>
  documented === given ||
  documented === '*/*' ||
  (documented.endsWith('/*') && given.startsWith(documented.slice(0, -1)));

/** What the schema of a body speaks of: the JSON, each event of a stream, or the text itself. */
function bodiesOf(type: string, text: string): unknown[] {
  if (/[/+]json$/.test(type)) return [JSON.parse(text)];
  if (type === 'text/event-stream') {
    return [...text.matchAll(/^data: ?(.*)$/gm)].map(([, data]) => JSON.parse(data!) as unknown);
  }
  return [text];
}

/**
 * Answers may hold what their schema names and nothing else, although the document leaves objects open (so that clients bear
 * additions). Schemas that are parts of others through `allOf` see only their share of the object: those stay as they are.
 */
function closed(document: Document): Document {
  const parts = new Set<string>();
  walk(document, ({ allOf = [] }) => {
    if (allOf.length > 1) for (const { $ref } of allOf) if ($ref !== undefined) parts.add(nameOf($ref));
  });
  const open = new Set<Schema>([...parts].map((name) => document.components.schemas[name]!));
  walk(document, (schema) => {
    if (schema.properties !== undefined && schema.additionalProperties === undefined && !open.has(schema)) {
      schema.additionalProperties = false;
    }
  });
  return document;
}

function walk(node: unknown, visit: (schema: Schema) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node) && ('properties' in node || 'allOf' in node)) visit(node as Schema);
  for (const [key, child] of Object.entries(node)) if (key !== 'example') walk(child, visit);
}

const describeErrors = (validate: ValidateFunction, body: unknown): string[] => [
  ...(validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath || '(body)'} ${message} ${JSON.stringify(params)}`.trim(),
  ),
  `in ${JSON.stringify(body)?.slice(0, 500)}`,
];
