import { consolePath } from './console-path.js';

describe('consolePath', () => {
  it.each(['/console', '/console/', '/console/chats?Owner=human#last', '/console/%2F%2Fexample.com'])(
    'keeps %s',
    (path) => expect(consolePath(path)).toBe(path),
  );

  it.each([
    undefined,
    '',
    '/',
    '/widget/welcome',
    '/consoles',
    '/console/../api/users/current',
    '//example.com/console',
    String.raw`/\example.com/console`,
    String.raw`\\example.com\console`,
    'https://example.com/console',
    'javascript:alert(1)//console',
    'http://[',
  ])('leads to the first page for %j', (path) => expect(consolePath(path)).toBe('/console'));

  it('drops what would split a header', () =>
    expect(consolePath('/console/\r\nset-cookie: a=b')).not.toMatch(/[\r\n]/));
});
