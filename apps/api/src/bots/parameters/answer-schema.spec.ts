import { faultInAnswerSchema, mismatchOf } from './answer-schema.js';

const properties = {
  city: { type: 'string', pattern: '^(a+)+$' },
  days: { type: 'array', items: { type: 'integer' } },
};
const SCHEMA = { type: 'object', properties, required: ['city'], additionalProperties: false };

const nested = (levels: number): object => (levels === 0 ? {} : { contains: nested(levels - 1) });

it.each([
  [SCHEMA],
  [{ type: 'object' }],
  [{ $schema: 'http://json-schema.org/draft-07/schema#', ...SCHEMA }],
  [{ ...SCHEMA, title: 'A trip', 'x-of-the-service': 1 }],
])('takes %j', (schema) => {
  expect(faultInAnswerSchema(schema)).toBeNull();
  expect(faultInAnswerSchema(schema)).toBeNull();
});

it.each<[unknown, RegExp]>([
  ['text', /must be a JSON schema/],
  [[], /must be a JSON schema/],
  [{ type: 'array' }, /type is 'object'/],
  [{ type: 'object', anyOf: [{}] }, /anyOf at the top/],
  [{ type: 'object', properties: { a: { type: 'text' } } }, /type of JSON at a/],
  [{ type: 'object', properties: { a: { minimum: 'one', type: 'integer' } } }, /properties\/a\/minimum must be number/],
  [{ type: 'object', properties: { a: { $ref: '#' } } }, /\$ref at properties\.a/],
  [{ type: 'object', contains: nested(41) }, /deeper than 40 levels/],
  [{ type: 'object', patternProperties: {} }, /patternProperties at the top/],
  [{ type: 'object', description: 'x'.repeat(16 * 1024) }, /16384 bytes/],
])('refuses %j', (schema, fault) => expect(faultInAnswerSchema(schema)).toMatch(fault));

it('says how an answer differs', () => {
  expect(mismatchOf(SCHEMA, ' {"city":"Rome","days":[1]}\n')).toBeNull();
  expect(mismatchOf(SCHEMA, 'Rome')).toBe('is not JSON');
  expect(mismatchOf(SCHEMA, '{"city":"Rome"} and more')).toBe('is not JSON');
  expect(mismatchOf(SCHEMA, '{}')).toContain("it must have required property 'city'");
  expect(mismatchOf(SCHEMA, '{"city":"Rome","days":[1,"x"]}')).toContain('/days/1 must be integer');
  expect(mismatchOf(SCHEMA, '[]')).toContain('it must be object');
});
