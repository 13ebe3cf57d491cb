import { encodeFilePath, readFilePath } from './file-path.js';

const at = (path: string): string | null => readFilePath(`/api/chats/1/downloads/${path}`);

describe('the path of a file in an address', () => {
  it.each([
    ['a.txt', 'a.txt'],
    ['dir/file%20name.pdf?ticket=TICK', 'dir/file name.pdf'],
    ['a%2Fb.txt', 'a/b.txt'],
    ['%252e%252e.txt', '%2e%2e.txt'],
    ['a%CC%88.txt', 'ä.txt'],
    ['..a..b.txt', '..a..b.txt'],
    ['downloads/downloads/x.md', 'downloads/downloads/x.md'],
  ])('%s is %s', (address, path) => expect(at(address)).toBe(path));

  it.each([
    '',
    '.',
    '..',
    'a/..',
    'a/../b',
    '%2e%2e/a',
    '..%5ca',
    'a%00',
    '%00',
    '/a',
    '%2fa',
    'a//b',
    'a/%2fb',
    'a/',
    '%0a',
    '%e2%80%ae',
    '%',
    '%c3%28',
    '%ed%a0%80',
    'x'.repeat(1025),
  ])('%j is none', (address) => expect(at(address)).toBeNull());

  it('can be written and read again', () => {
    const path = "a b/ä?#%&+'()/☺.txt";
    expect(at(encodeFilePath(path))).toBe(path);
  });
});
