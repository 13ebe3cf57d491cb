import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { splitText } from './split-text.js';

const withoutSpace = (text: string): string => text.replace(/\s/g, '');

describe('splitText', () => {
  it('leaves a short text alone', () => {
    expect(splitText(' Hello. How are you? ')).toEqual(['Hello. How are you?']);
    expect(splitText('x'.repeat(1600))).toEqual(['x'.repeat(1600)]);
    expect(splitText(' \n ')).toEqual([]);
  });

  it('cuts after sentences', () => {
    expect(splitText('One two three. Four five six! Seven?', 20)).toEqual([
      'One two three.',
      'Four five six!',
      'Seven?',
    ]);
    expect(splitText('今日は晴れです。明日は雨です。', 10)).toEqual(['今日は晴れです。', '明日は雨です。']);
  });

  it('cuts after words where no sentence ends', () => {
    expect(splitText('alpha beta gamma delta', 12)).toEqual(['alpha beta', 'gamma delta']);
  });

  it('does not leave scraps behind early sentences', () => {
    expect(splitText(`No. ${'word '.repeat(20)}`, 40)[0]).toBe('No. word word word word word word word');
  });

  it('cuts between characters as people see them where no word ends', () => {
    const family = '👩‍👩‍👧';
    for (const part of splitText(family.repeat(30), 20)) expect(part.length % family.length).toBe(0);
    expect(splitText('é'.normalize('NFD').repeat(5), 3)).toEqual(Array.from({ length: 5 }, () => 'é'.normalize('NFD')));
  });

  it('never exceeds the limit, halves no surrogate pair and loses nothing but white space', () => {
    const texts = array(oneof(string({ unit: 'grapheme' }), constantFrom('. ', ' ', '\n', '👩‍👩‍👧', 'a'.repeat(30))));
    assert(
      property(texts, integer({ min: 2, max: 60 }), (pieces, limit) => {
        const text = pieces.join('');
        const parts = splitText(text, limit);
        expect(withoutSpace(parts.join(''))).toBe(withoutSpace(text));
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(limit);
          expect(part.length).toBeGreaterThan(0);
          expect(part.isWellFormed() || !text.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
