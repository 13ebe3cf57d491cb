import { contentDisposition } from './content-disposition.js';

describe('Content-Disposition', () => {
  it.each([
    ['a/b.txt', `attachment; filename="b.txt"; filename*=UTF-8''b.txt`],
    ['naïve "x".txt', `attachment; filename="naive _x_.txt"; filename*=UTF-8''na%C3%AFve%20%22x%22.txt`],
    ['日本.md', `attachment; filename="__.md"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.md`],
    ["it's(1)*!.csv", `attachment; filename="it's(1)*!.csv"; filename*=UTF-8''it%27s%281%29%2A%21.csv`],
    ['50%.txt', `attachment; filename="50_.txt"; filename*=UTF-8''50%25.txt`],
  ])('of %s', (path, header) => expect(contentDisposition('attachment', path)).toBe(header));
});
