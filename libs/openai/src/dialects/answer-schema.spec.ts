import { isStrict } from './answer-schema.js';

const closed = (properties: Record<string, unknown>, more = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});

it.each([
  [closed({ a: { type: 'string' } })],
  [closed({ a: closed({ b: { enum: ['x'] } }), c: { type: 'array', items: closed({}) } })],
  [closed({ a: { anyOf: [{ type: 'null' }, closed({})] } })],
])('promises %j', (schema) => expect(isStrict(schema)).toBe(true));

it.each([
  [{ type: 'object' }],
  [closed({ a: { type: 'string' } }, { required: [] })],
  [closed({ a: { type: 'string' } }, { additionalProperties: undefined })],
  [closed({ a: { type: 'object', properties: {} } })],
  [closed({ a: { type: 'array', items: { type: 'object' } } })],
  [closed({ a: { anyOf: [{ type: ['object', 'null'] }] } })],
  [closed({ a: true })],
  [closed({ a: { oneOf: [{ type: 'string' }] } })],
])('does not promise %j', (schema) => expect(isStrict(schema)).toBe(false));
