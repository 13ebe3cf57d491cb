import { parseBearer } from './bearer.js';

describe('the Authorization header', () => {
  it.each([
    [undefined, null],
    ['Bearer bt_abc', 'bt_abc'],
    ['bearer bt_abc', 'bt_abc'],
    ['BEARER   a.b.c ', 'a.b.c'],
    ['Bearer a/b+c==', 'a/b+c=='],
  ])('%p holds %p', (header, token) => expect(parseBearer(header)).toBe(token));

  it.each([
    '',
    ' ',
    'Bearer',
    'Bearer ',
    'bt_abc',
    'Basic YTpi',
    'Bearer a b',
    'Bearer\tabc',
    'Bearer ä',
    'Bearerbt_abc',
  ])('%p is refused', (header) =>
    expect(() => parseBearer(header)).toThrow(expect.objectContaining({ code: 'INVALID_TOKEN' })),
  );
});
