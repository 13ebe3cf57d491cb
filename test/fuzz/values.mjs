import * as fc from 'fast-check';
import { PLANTED } from './hostile.mjs';
import { TEXTS } from './texts.mjs';

/** Stands where the id of something that exists comes when the request is sent: the `nth` newest of a kind. */
export class Reference {
  constructor(kind, nth) {
    this.kind = kind;
    this.nth = nth;
  }
}

/** Stands where something big comes when the request is sent. */
export class Big {
  constructor(name) {
    this.name = name;
  }
}

/** What a field or parameter names, whatever it is called there. */
const KINDS = {
  botid: 'bot',
  startbotid: 'startBot',
  chatid: 'chat',
  botfactid: 'fact',
  feedbackid: 'feedback',
  bottoolid: 'tool',
  budgetid: 'budget',
  openaiserviceid: 'service',
  serviceid: 'service',
  priceid: 'price',
  userid: 'user',
  agentid: 'user',
  apikeyid: 'apiKey',
  outboxid: 'outbox',
  usersystemmessageid: 'prompt',
  usersystempromptid: 'prompt',
  systemmessageid: 'prompt',
  completionid: 'completion',
  threadid: 'thread',
  assistantid: 'assistant',
  botcode: 'botCode',
  code: 'botCode',
  ticket: 'ticket',
  login: 'login',
  filename: 'file',
};
export const kindOf = (name) => KINDS[name.replaceAll('_', '').toLowerCase()];

export const reference = (kind) => fc.nat({ max: 8 }).map((nth) => new Reference(kind, nth));

/** Values of fields for which the schema does not say everything that makes them work. */
const FIELDS = {
  code: fc.oneof(
    fc.nat({ max: 300 }).map((n) => `fuzz-${n}`),
    fc.constantFrom('Fuzz-1', 'fuzz-1 ', 'fúzz-1', 'FUZZ-1', 'ß', 'ss', 'welcome'),
  ),
  login: fc.oneof(
    fc.nat({ max: 300 }).map((n) => `user-${n}`),
    fc.constantFrom('User-1', 'user-1 ', 'üser-1', 'USER-1', 'ß', 'ss'),
  ),
  path: fc.constantFrom(
    'notes.txt',
    'a/b.txt',
    'Notes.txt',
    'nötes.txt',
    'transcript.md',
    'transcript.csv',
    'transcript.json',
  ),
  modelName: fc.constantFrom('fake-large', 'fake-small', 'none'),
  model: fc.constantFrom('fake-large', 'fake-small', 'none'),
  azureOpenAiEndpoint: fc.constant(new Reference('provider', 0)),
  loginUrl: fc.constant(new Reference('provider', 0)),
  url: fc.constant(new Reference('tools', 0)),
  userLogins: fc.constantFrom('', 'user', 'user, other', null),
  adminLogins: fc.constantFrom('', 'user', null),
  implementationType: fc.constantFrom('OpenAI', 'StartBot', 'AzureOpenAISearch', 'ACS', null),
  userMessage: fc.oneof(
    fc.constantFrom(
      'Hello',
      'I want to speak to a person',
      '[[tokens=3]]',
      '[[status=500]]',
      '[[empty]]',
      'ÄÖ 😀',
      '##\n**a**',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  ),
  OrderBy: fc.constantFrom(
    '',
    'createdAt',
    'createdAt desc',
    '-createdAt',
    'displayName',
    'code desc',
    '-login',
    'name',
    'x',
    'id desc',
  ),
  GroupBy: fc.constantFrom('', 'day', 'day,bot', 'bot,user,model,service,channel,kind', 'hour', 'x', 'day,day'),
  SearchFor: fc.constantFrom('', 'fuzz', 'FUZZ', 'ü', 'ß', 'ss', 'a', '1', '😀', '%', '_', '\\'),
  lang: fc.constantFrom('en', 'de', 'fr', 'x'),
};

const isSecret = (name, { type, writeOnly }) => writeOnly === true && [type].flat().includes('string');

/** Makes arbitraries of what the schemas of a document allow. */
export class Values {
  #schemas;
  #made = new Map();

  constructor(schemas) {
    this.#schemas = schemas;
  }

  resolve(schema) {
    return schema?.$ref === undefined ? (schema ?? {}) : this.resolve(this.#schemas[schema.$ref.split('/').at(-1)]);
  }

  /** @returns what passes, as far as the schema says so */
  of(schema, name = '', depth = 0) {
    const full = this.resolve(schema);
    const key = schema?.$ref === undefined ? null : `${schema.$ref} ${depth}`;
    if (key !== null && this.#made.has(key)) return this.#made.get(key);
    const made = this.#make(full, name, depth);
    if (key !== null) this.#made.set(key, made);
    return made;
  }

  #make(schema, name, depth) {
    const types = [schema.type].flat();
    const variants = schema.oneOf ?? schema.anyOf;
    if (Object.hasOwn(FIELDS, name)) return FIELDS[name];
    if (isSecret(name, schema)) return fc.constant(PLANTED);
    const kind = kindOf(name);
    if (kind !== undefined && !types.includes('object'))
      return fc.oneof(
        { weight: 8, arbitrary: reference(kind) },
        ...(types.includes('null') ? [fc.constant(null)] : []),
      );
    if (schema.allOf !== undefined) return this.#all(schema.allOf, name, depth);
    if (variants !== undefined) return fc.oneof(...variants.map((variant) => this.of(variant, name, depth + 1)));
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.const !== undefined) return fc.constant(schema.const);
    const of = types.map((type) => this.#ofType(type, schema, depth));
    return schema.example === undefined ? fc.oneof(...of) : fc.oneof(fc.constant(schema.example), ...of);
  }

  #all(parts, name, depth) {
    if (parts.length === 1) return this.of(parts[0], name, depth);
    return fc.tuple(...parts.map((part) => this.of(part, name, depth))).map((values) => Object.assign({}, ...values));
  }

  #ofType(type, schema, depth) {
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer(bounds(schema, 2 ** 31 - 1));
      case 'number':
        return fc.double({ ...bounds(schema, 1e9), noNaN: true });
      case 'string':
        return text(schema);
      case 'array':
        return depth > 6
          ? fc.constant([])
          : fc.array(this.of(schema.items, '', depth + 1), {
              minLength: schema.minItems ?? 0,
              maxLength: Math.min(schema.maxItems ?? 3, 3),
            });
      default:
        return schema.properties === undefined ? this.#free(schema, depth) : this.#object(schema, depth);
    }
  }

  #free({ additionalProperties }, depth) {
    if (typeof additionalProperties !== 'object')
      return fc.dictionary(fc.constantFrom('a', 'b', 'type'), fc.constantFrom(1, 'x', null, {}), { maxKeys: 3 });
    return fc.dictionary(fc.string({ maxLength: 8 }), this.of(additionalProperties, '', depth + 1), { maxKeys: 2 });
  }

  #object({ properties, required = [] }, depth) {
    const fields = Object.entries(properties).filter(([name]) => depth < 6 || required.includes(name));
    const record = Object.fromEntries(fields.map(([name, field]) => [name, this.of(field, name, depth + 1)]));
    return fc.record(record, { requiredKeys: required.filter((name) => Object.hasOwn(record, name)) });
  }
}

const bounds = ({ minimum, maximum }, most) => {
  const max = Math.min(maximum ?? most, Number.MAX_SAFE_INTEGER);
  return { min: Math.max(minimum ?? -most, -Number.MAX_SAFE_INTEGER), max };
};

function text({ format, pattern, minLength = 0, maxLength = 200 }) {
  if (format === 'date') return day();
  if (format === 'date-time') return moment();
  if (format === 'uri') return fc.constant(new Reference('provider', 0));
  const fits = (value) => value.length >= minLength && value.length <= maxLength;
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(pattern), { maxLength: Math.min(maxLength, 60) }).filter(fits);
  const short = fc
    .string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) })
    .filter(fits);
  const longest = maxLength <= 5000 ? [fc.constantFrom('a', 'ä', '漢').map((letter) => letter.repeat(maxLength))] : [];
  const emoji =
    maxLength <= 20_000 ? [fc.constantFrom('😀', 'a\ufe0f').map((pair) => pair.repeat(Math.floor(maxLength / 2)))] : [];
  return fc.oneof({ weight: 12, arbitrary: short }, ...longest, ...emoji, fc.constantFrom(...TEXTS.filter(fits)));
}

const moment = () =>
  fc.oneof(
    fc
      .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    fc.constantFrom(
      '0001-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
      '2026-06-30T23:59:59+02:00',
      '1970-01-01T00:00:00Z',
      '2038-01-19T03:14:08Z',
    ),
  );
const day = () => moment().map((value) => value.slice(0, 10));
