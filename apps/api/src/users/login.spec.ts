import { normalizeLogin } from './login.js';

describe('logins', () => {
  it.each([
    ['Ada@Example.com', 'ada@example.com'],
    ['  ÄDA ', 'äda'],
    ['e\u0301', 'é'],
    ['x'.repeat(190), 'x'.repeat(190)],
    ['😀'.repeat(190), '😀'.repeat(190)],
  ])('%p is stored as %p', (text, login) => expect(normalizeLogin(text)).toBe(login));

  it.each(['', '  ', 'x'.repeat(191), 'a\u0000b', 'a\nb', 'a\u200bb', 'a\u202eb', '\ud800', 'İ'.repeat(100)])(
    '%p cannot be one',
    (text) => expect(normalizeLogin(text)).toBeNull(),
  );
});
