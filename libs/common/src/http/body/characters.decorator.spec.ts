import { validateSync } from 'class-validator';
import { Characters, MaxLength } from './characters.decorator.js';

class Sample {
  @Characters(3)
  text: unknown;
}

const isValid = (text: unknown): boolean => validateSync(Object.assign(new Sample(), { text })).length === 0;

describe('texts of so many characters', () => {
  it.each(['a', 'abc', '😀😀😀', ' a '])('takes %p', (text) => expect(isValid(text)).toBe(true));

  it.each([undefined, null, 5, [], {}, '', '   ', 'abcd', '😀😀😀😀', 'a\ufe0fb\ufe0f', 'x'.repeat(100_000)])(
    'refuses %p',
    (text) => expect(isValid(text)).toBe(false),
  );
});

class Short {
  @MaxLength(3)
  text: unknown;

  @MaxLength(1, { each: true })
  letters: unknown[] = [];
}

const isShort = (text: unknown, letters: unknown[] = []): boolean =>
  validateSync(Object.assign(new Short(), { text, letters })).length === 0;

describe('texts of at most so many characters', () => {
  it.each(['', '   ', 'abc', '😀😀😀'])('takes %p', (text) => expect(isShort(text)).toBe(true));

  it.each([undefined, 5, ['a'], 'abcd', '😀😀😀😀', 'a\ufe0fb\ufe0f', '\ufe0f'.repeat(9)])('refuses %p', (text) =>
    expect(isShort(text)).toBe(false),
  );

  it('holds for each text of a list', () => {
    expect(isShort('', ['a', 'b'])).toBe(true);
    expect(isShort('', ['a', 'bc'])).toBe(false);
  });
});
