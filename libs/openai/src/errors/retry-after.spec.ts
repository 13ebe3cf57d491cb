import { retryAfterOf, type AnswerHeaders } from './retry-after.js';

describe('retryAfterOf', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');

  it.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['0', 0],
    ['1.2', 1200],
    ['-5', 0],
    ['600', 600_000],
    ['Infinity', 3_600_000],
    ['Sat, 21 Nov 2026 10:00:20 GMT', 20_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 3_600_000],
  ])('reads Retry-After %j as %j', (value, wait) => {
    expect(retryAfterOf({ 'retry-after': value }, 503, now)).toBe(wait);
  });

  it.each<[string, AnswerHeaders, number | undefined]>([
    ['milliseconds before seconds', { 'retry-after-ms': '1250', 'retry-after': '2' }, 1250],
    ['seconds before the reset of a limit', { 'retry-after': '2', 'x-ratelimit-reset-requests': '9s' }, 2000],
    ['seconds', { 'x-ratelimit-reset-requests': '1s' }, 1000],
    ['minutes and seconds', { 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
    ['milliseconds', { 'x-ratelimit-reset-tokens': '20ms' }, 20],
    ['hours and fractions', { 'x-ratelimit-reset-tokens': '0h1m2.5s' }, 62_500],
    ['a bare number', { 'x-ratelimit-reset-tokens': '3' }, 3000],
    ['the later of two', { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '2s' }, 2000],
    ['nonsense', { 'x-ratelimit-reset-requests': 'later', 'x-ratelimit-reset-tokens': '5 s' }, undefined],
    [
      'the limit that is used up',
      {
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '8m',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '700ms',
      },
      700,
    ],
  ])('reads %s', (_what, headers, wait) => {
    expect(retryAfterOf(headers, 429, now)).toBe(wait);
  });

  it('takes the reset of a limit from refusals alone that are about limits', () => {
    expect(retryAfterOf({ 'x-ratelimit-reset-requests': '8m' }, 500, now)).toBeUndefined();
  });
});
