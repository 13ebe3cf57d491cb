import { MAX_BODY_DEPTH, MAX_BODY_VALUES, MAX_OBJECT_FIELDS, parseJsonBody } from './json-body.js';

const read = (text: string): unknown => parseJsonBody(Buffer.from(text));
const list = (length: number, item = '1'): string => `[${Array(length).fill(item).join(',')}]`;
const object = (count: number): string => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',')}}`;
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('the bounds of a body', () => {
  it.each([
    ['depth', nested(MAX_BODY_DEPTH)],
    ['fields', object(MAX_OBJECT_FIELDS)],
    ['fields of several objects', list(5, object(MAX_OBJECT_FIELDS))],
    ['items', list(MAX_BODY_VALUES)],
    ['brackets in texts', JSON.stringify('[{,"'.repeat(MAX_BODY_VALUES))],
  ])('let as much as they say through: %s', (_what, text) => expect(read(text)).toEqual(JSON.parse(text)));

  it.each([
    ['depth', nested(MAX_BODY_DEPTH + 1)],
    ['fields', object(MAX_OBJECT_FIELDS + 1)],
    ['fields of an inner object', `{"a":[1,${object(MAX_OBJECT_FIELDS + 1)},2]}`],
    ['items', list(MAX_BODY_VALUES + 1)],
    ['empty lists', list(MAX_BODY_VALUES / 2 + 1, '[]')],
    ['lists in lists', list(MAX_BODY_VALUES / 4, '[[[[]]]]')],
  ])('refuse more before anything else reads it: %s', (_what, text) => {
    const parse = jest.spyOn(JSON, 'parse');
    try {
      expect(() => read(text)).toThrow(/must not/);
      expect(parse).not.toHaveBeenCalledWith(text);
    } finally {
      parse.mockRestore();
    }
  });
});
