import { validateSync } from 'class-validator';
import { Characters } from './characters.decorator.js';

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
