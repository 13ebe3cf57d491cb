import { citationOf } from './citation.js';

describe('citationOf', () => {
  it.each<[string, unknown, unknown, ReturnType<typeof citationOf>]>([
    ['a page', ' The\n news ', 'https://example.com/a?b=c', { title: 'The news', url: 'https://example.com/a?b=c' }],
    ['a page without a title', undefined, 'http://example.com/', { title: 'example.com', url: 'http://example.com/' }],
    ['a file', 'handbook.pdf', undefined, { title: 'handbook.pdf', url: null }],
    ['a script', 'x', 'javascript:alert(1)', null],
    ['data', 'x', 'data:text/html,x', null],
    ['an address with credentials', 'x', 'https://me:secret@example.com/', null],
    ['no address', 'x', 'example', null],
    ['a long address', 'x', `https://example.com/${'a'.repeat(2000)}`, null],
    ['nothing', '', null, null],
    ['numbers', 1, 2, null],
  ])('reads %s', (_name, title, url, expected) => {
    expect(citationOf(title, url)).toEqual(expected);
  });

  it('bounds the title', () => {
    expect(citationOf('a'.repeat(1000), 'https://example.com/')?.title).toHaveLength(200);
  });
});
