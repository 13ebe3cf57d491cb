import { codesFrom, freedCode, normaliseCode } from './bot-code.js';

describe('normaliseCode', () => {
  it.each([
    ['Support', 'support'],
    ['  a.b-c_1 ', 'a.b-c_1'],
    ['x'.repeat(100), 'x'.repeat(100)],
  ])('takes %s', (text, code) => expect(normaliseCode(text)).toBe(code));

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(101), 'a/b', 'a~b', '<b>'])('refuses %j', (text) =>
    expect(normaliseCode(text)).toBeNull(),
  );
});

describe('codesFrom', () => {
  it.each([
    ['Größe & Maß', 'grosse-mass'],
    ['Éclair', 'eclair'],
    ['  Hello,  World! ', 'hello-world'],
    ['日本語', 'bot'],
  ])('makes a code from %s', (name, code) => expect(codesFrom(name)[0]).toBe(code));

  it('offers others when the first is taken, all of them codes', () => {
    const codes = codesFrom('x'.repeat(300));
    expect(new Set(codes).size).toBe(10);
    expect(codes.map(normaliseCode)).toEqual(codes);
  });
});

it('a freed code fits its column and is no code any more', () => {
  const freed = freedCode('x'.repeat(100), '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e');
  expect(freed.length).toBeLessThanOrEqual(140);
  expect(normaliseCode(freed)).toBeNull();
});
