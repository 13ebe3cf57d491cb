import { Ajv } from 'ajv';
import { faultInParameters } from './tool-parameters.js';

const nested = (levels: number): object =>
  levels === 0 ? { type: 'string' } : { type: 'object', properties: { deeper: nested(levels - 1) } };

const GOOD: [string, object][] = [
  ['no parameters', { type: 'object', properties: {} }],
  ['nothing but a type', { type: 'object' }],
  [
    'what a model usually gets',
    {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'Where.', minLength: 1 },
        days: { type: 'integer', minimum: 1, enum: [1, 2, 3] },
        tags: { type: 'array', items: { type: ['string', 'null'] } },
        either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
        part: { $ref: '#/$defs/part' },
        anything: {},
        all: true,
      },
      required: ['city', 'days'],
      additionalProperties: false,
      $defs: { part: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
    },
  ],
  [
    'a name that prototypes have',
    { type: 'object', properties: { toString: { type: 'string' } }, required: ['toString'] },
  ],
  ['many levels', nested(10)],
];

const BAD: [string, unknown][] = [
  ['nothing', null],
  ['a text', 'object'],
  ['a list', []],
  ['no type', { properties: {} }],
  ['another type', { type: 'array', items: {} }],
  ['a type that is none', { type: ['object'] }],
  ['properties that are a list', { type: 'object', properties: [] }],
  ['a property that is a text', { type: 'object', properties: { city: 'string' } }],
  ['a property of a type that is none', { type: 'object', properties: { city: { type: 'text' } } }],
  ['a property without a name', { type: 'object', properties: { '': {} } }],
  ['a property with an endless name', { type: 'object', properties: { ['a'.repeat(129)]: {} } }],
  ['a list of types without any', { type: 'object', properties: { city: { type: [] } } }],
  ['required that is a flag', { type: 'object', properties: { city: {} }, required: true }],
  ['required that is unknown', { type: 'object', properties: {}, required: ['city'] }],
  ['required that only prototypes have', { type: 'object', properties: {}, required: ['toString'] }],
  ['required twice', { type: 'object', properties: { city: {} }, required: ['city', 'city'] }],
  ['items that are a text', { type: 'object', properties: { list: { type: 'array', items: 'string' } } }],
  ['an empty choice', { type: 'object', properties: { city: { anyOf: [] } } }],
  ['a choice of texts', { type: 'object', properties: { city: { oneOf: ['a'] } } }],
  ['a choice at the top', { type: 'object', anyOf: [{ required: ['a'] }] }],
  ['a reference at the top', { type: 'object', $ref: '#/$defs/a' }],
  ['a reference to elsewhere', { type: 'object', properties: { city: { $ref: 'https://example.com/city' } } }],
  ['an empty enum', { type: 'object', properties: { city: { enum: [] } } }],
  ['a description that is none', { type: 'object', properties: { city: { description: 7 } } }],
  ['too many levels', nested(12)],
  [
    'too many names',
    { type: 'object', properties: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`p${i}`, {}])) },
  ],
  ['too much', { type: 'object', description: 'a'.repeat(33_000) }],
];

describe('faultInParameters', () => {
  it.each(GOOD)('takes %s, and so does a validator of JSON schemas', (_, schema) => {
    expect(faultInParameters(schema)).toBeNull();
    expect(() => new Ajv({ strict: false }).compile(schema)).not.toThrow();
  });

  it.each(BAD)('refuses %s', (_, schema) => {
    expect(faultInParameters(schema)).toMatch(/^must /);
  });
});
