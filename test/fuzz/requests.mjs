import * as fc from 'fast-check';
import { gzipSync, deflateSync, brotliCompressSync } from 'node:zlib';
import { CONTENT_ENCODINGS, CONTENT_TYPES, HEADERS, METHODS, PATHS, QUERY_NAMES } from './hostile.mjs';
import { changed, changes, hostileText, resolved } from './changes.mjs';
import { kindOf, reference, Reference, Values } from './values.mjs';

const ROLES = ['anonymous', 'visitor', 'user', 'other', 'agent', 'admin'];

/** Calls that are slow or change everything come less often. */
const WEIGHTS = {
  createCompletion: 4,
  createChat: 5,
  createChatByBotCode: 5,
  createThread: 4,
  addThreadMessage: 4,
  createBot: 4,
  updateBot: 4,
  createOpenAiService: 3,
  createUser: 3,
  stopAllBots: 1,
  rotateEncryptionKeys: 1,
  deleteOpenAiService: 1,
  deleteOpenAiServiceByPluralPath: 1,
  updateOpenBot: 1,
  getMetrics: 1,
};
const USUAL_WEIGHT = 3;

/** Once in `times`, else nothing. */
const rarely = (arbitrary, times) =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** How the text of a JSON body is spoiled. */
const SPOIL = {
  cut: (text) => text.slice(0, Math.ceil(text.length / 2)),
  'cut at the end': (text) => text.slice(0, -1),
  'a second value': (text) => `${text}{}`,
  'a mark in front': (text) => `\ufeff${text}`,
  nothing: () => '',
  blanks: () => '   ',
  'not a value': () => 'undefined',
  'a key twice': (text) => text.replace(/^\{("[^"]*":)/, '{$1null,$1'),
  'a proto key': (text) => text.replace(/^\{/, '{"__proto__":{"isAdmin":true},'),
  'a constructor key': (text) => text.replace(/^\{/, '{"constructor":{"prototype":{"a":1}},'),
  'a comment': (text) => `/**/${text}`,
  'a trailing comma': (text) => text.replace(/\}$/, ',}'),
  'a huge number': (text) => text.replace(/:\d+/, ':1e999'),
  'escaped names': (text) => text.replace(/^\{"(\w)/, (_, letter) => `{"\\u00${letter.charCodeAt(0).toString(16)}`),
  'a null byte': (text) => text.replace(/^\{/, '{\u0000'),
};
const BYTES = {
  'not UTF-8': (bytes) => Buffer.concat([bytes.subarray(0, -2), Buffer.from([0xff, 0xfe, 0xc3]), bytes.subarray(-2)]),
  'UTF-16': (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  'a surrogate as UTF-8': (bytes) => Buffer.from(bytes.toString('latin1').replace(/:"/, ':"\xed\xa0\x80'), 'latin1'),
};
const PACK = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: (bytes) => brotliCompressSync(bytes),
  bomb: () => gzipSync(Buffer.alloc(20_000_000, ' ')),
};

/** Generates requests from an OpenAPI document; every part of one shrinks to a plain, valid request. */
export class Requests {
  #values;

  constructor(document) {
    this.document = document;
    this.#values = new Values(document.components.schemas);
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
    );
    this.operations = operations;
  }

  get arbitrary() {
    return fc.oneof(
      ...this.operations.map((operation) => ({
        weight: WEIGHTS[operation.operationId] ?? USUAL_WEIGHT,
        arbitrary: this.#of(operation),
      })),
    );
  }

  #of(operation) {
    const parameters = (operation.parameters ?? []).map((each) =>
      each.$ref === undefined ? each : this.document.components.parameters[each.$ref.split('/').at(-1)],
    );
    const of = (place) => parameters.filter((each) => each.in === place);
    const content = operation.requestBody?.content ?? {};
    const schema = content['application/json']?.schema;
    const form = content['application/x-www-form-urlencoded'] !== undefined;
    const types = Object.keys(content);
    return fc.record({
      id: fc.constant(operation.operationId),
      template: fc.constant(operation.path),
      method: fc.constant(operation.method),
      role: fc.oneof(
        { weight: 6, arbitrary: fc.constant(rightfulRole(operation)) },
        { weight: 2, arbitrary: fc.constantFrom(...ROLES) },
      ),
      path: fc.record(Object.fromEntries(of('path').map((each) => [each.name, this.#pathPart(each)]))),
      query: fc.record(Object.fromEntries(of('query').map((each) => [each.name, this.#queryPart(each)])), {
        requiredKeys: [],
      }),
      moreQuery: rarely(
        fc.array(fc.tuple(fc.constantFrom(...QUERY_NAMES), hostileText), { minLength: 1, maxLength: 3 }),
        12,
      ),
      twice: rarely(fc.boolean(), 30),
      headers: rarely(fc.array(fc.constantFrom(...HEADERS), { minLength: 1, maxLength: 2 }), 8),
      key: rarely(fc.nat({ max: 40 }), 10),
      stream: rarely(fc.constant(true), 15),
      otherMethod: rarely(fc.constantFrom(...METHODS), 40),
      body: this.#body(schema, types),
      changes: schema === undefined ? fc.constant([]) : changes,
      form: fc.constant(form),
      bytes:
        schema === undefined && types.length > 0 ? rarely(fc.uint8Array({ maxLength: 40 }), 2) : fc.constant(undefined),
      spoil: rarely(fc.constantFrom(...Object.keys(SPOIL)), 30),
      spoilBytes: rarely(fc.constantFrom(...Object.keys(BYTES)), 60),
      type: rarely(fc.constantFrom(...types, ...CONTENT_TYPES), 30),
      pack: rarely(fc.constantFrom(...Object.keys(PACK)), 60),
      encoding: rarely(fc.constantFrom(...CONTENT_ENCODINGS), 80),
      isChunked: rarely(fc.constant(true), 30),
    });
  }

  #body(schema, types) {
    if (schema !== undefined) return this.#values.of(schema);
    if (types.length > 0) return fc.constant(undefined);
    return rarely(fc.constantFrom({}, { a: 1 }, [], null, 'x'), 30);
  }

  #pathPart({ name, schema }) {
    const kind = kindOf(name);
    const usual = kind === undefined ? this.#values.of(schema, name).map(plain) : reference(kind);
    return fc.oneof(
      { weight: 14, arbitrary: usual },
      { weight: 2, arbitrary: fc.constantFrom(...PATHS).map((raw) => ({ raw })) },
      { weight: 1, arbitrary: hostileText.filter((text) => text.isWellFormed()) },
    );
  }

  #queryPart({ name, schema }) {
    const usual = this.#values.of(schema, name).map(plain);
    return fc.oneof(
      { weight: 4, arbitrary: usual },
      { weight: 1, arbitrary: hostileText.filter((text) => text.isWellFormed()) },
    );
  }
}

const plain = (value) => (value instanceof Reference ? value : String(value ?? ''));

function rightfulRole({ security = [], path }) {
  const roles = security.flatMap((each) => each.bearer ?? []);
  if (roles.length > 0) return roles.includes('admin') ? 'admin' : 'agent';
  if (path.startsWith('/api/admin')) return 'admin';
  return security.some((each) => each.bearer === undefined) ? 'anonymous' : 'user';
}

/**
 * What goes over the wire to one server.
 * @param request what {@link Requests} has generated
 * @param {(reference: Reference) => unknown} find the id at this server
 * @param {(role: string) => string | null} tokenOf
 */
export function wireOf(request, find, tokenOf) {
  const text = (value) => String((value instanceof Reference ? find(value) : value) ?? '');
  const encode = (value) => (value?.raw !== undefined ? value.raw : encodeURIComponent(text(value)));
  const path = request.template.replace(/\{(\w+)\}/g, (_, name) => encode(request.path[name]));
  const pairs = [...Object.entries(request.query), ...(request.moreQuery ?? [])];
  if (request.twice === true && pairs.length > 0) pairs.push(pairs[0]);
  const query = pairs.map(([name, value]) => `${encodeSafely(name)}=${encodeSafely(text(value))}`).join('&');
  const headers = new Map();
  const token = tokenOf(request.role);
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  if (request.stream === true) headers.set('accept', 'text/event-stream');
  if (request.key !== undefined) headers.set('idempotency-key', `fuzz-${request.key}`);
  const body = bodyOf(request, find, headers);
  for (const [name, value] of request.headers ?? []) headers.set(name, value);
  if (headers.get('upgrade') !== undefined) headers.set('connection', 'Upgrade');
  if (request.type !== undefined) headers.set('content-type', request.type);
  return {
    method: request.otherMethod ?? request.method,
    path: query === '' ? path : `${path}?${query}`,
    headers: Object.fromEntries(headers),
    body,
    isChunked: request.isChunked === true,
  };
}

const encodeSafely = (value) => encodeURIComponent(value.toWellFormed());

function bodyOf(request, find, headers) {
  if (request.bytes !== undefined) {
    headers.set('content-type', 'application/octet-stream');
    return Buffer.from(request.bytes);
  }
  if (request.body === undefined) return null;
  const value = resolved(changed(request.body, request.changes), find);
  const isForm = request.form && request.type !== 'application/json' && typeof value === 'object' && value !== null;
  headers.set('content-type', isForm ? 'application/x-www-form-urlencoded' : 'application/json');
  const text = isForm ? formOf(value) : (JSON.stringify(value) ?? '');
  let bytes = Buffer.from(request.spoil === undefined ? text : SPOIL[request.spoil](text));
  if (request.spoilBytes !== undefined) bytes = BYTES[request.spoilBytes](bytes);
  if (request.pack !== undefined) {
    bytes = PACK[request.pack](bytes);
    headers.set('content-encoding', request.pack === 'bomb' ? 'gzip' : request.pack);
  }
  if (request.encoding !== undefined) headers.set('content-encoding', request.encoding);
  return bytes;
}

const formOf = (value) =>
  Object.entries(value)
    .map(
      ([name, field]) =>
        `${encodeSafely(name)}=${encodeSafely(typeof field === 'string' ? field : (JSON.stringify(field) ?? ''))}`,
    )
    .join('&');

/** The request as a command that sends it again. */
export function curlOf(url, { method, path, headers, body }, saveBody) {
  const quote = (value) => `'${String(value).replaceAll("'", String.raw`'\''`)}'`;
  const parts = ['curl', '-si', '--path-as-is', '-g', '-X', method];
  for (const [name, values] of Object.entries(headers))
    for (const value of [values].flat()) parts.push('-H', quote(value === '' ? `${name};` : `${name}: ${value}`));
  if (body !== null) {
    const text = body.toString('utf8');
    const isPlain = body.length < 1500 && Buffer.from(text).equals(body) && !/\p{Cc}/u.test(text);
    parts.push('--data-binary', isPlain ? quote(text) : `@${saveBody(body)}`);
  }
  return [...parts, quote(url + path)].join(' ');
}
