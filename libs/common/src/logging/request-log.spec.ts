import { redactUrl } from './request-log.js';

describe('redactUrl', () => {
  it.each([
    ['/a?ticket=abc', '/a?ticket=[redacted]'],
    ['/a?x=1&access_token=abc&y=2', '/a?x=1&access_token=[redacted]&y=2'],
    ['/a?API_KEY=abc', '/a?API_KEY=[redacted]'],
    ['/a?code=abc#f', '/a?code=[redacted]'],
    ['/a?%74icket=abc&%zz=1', '/a?%74icket=[redacted]&%zz=1'],
    ['/api/bt_abcdefghijklmnopqrstuvwxyz', '/api/bt_[redacted]'],
    ['/a?q=eyJhbGciOiJIUzI1NiJ9.e30.c2ln', '/a?q=eyJ[redacted]'],
    ['/a?SearchFor=ticket', '/a?SearchFor=ticket'],
    ['/tickets/1', '/tickets/1'],
  ])('%s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });
});
