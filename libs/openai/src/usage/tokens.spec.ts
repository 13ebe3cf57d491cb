import { countTokens } from './tokens.js';

describe('countTokens', () => {
  it.each([
    ['', 0],
    ['Hello world', 2],
    ['Hello, world!', 4],
    ['<|endoftext|> is only text', 10],
  ])('counts %j', (text, tokens) => {
    expect(countTokens(text, 'any-model')).toBe(tokens);
  });

  it('counts the same for every model and for none', () => {
    expect(countTokens('Guten Tag, wie geht es Ihnen? 🙂', null)).toBe(
      countTokens('Guten Tag, wie geht es Ihnen? 🙂', 'other'),
    );
  });

  it('counts ordinary text of any length as a whole', () => {
    const sentence = 'The chat has one owner at a time. ';
    expect(countTokens(sentence.repeat(200), null)).toBe(
      countTokens(sentence.repeat(199), null) + countTokens(sentence, null) - 1,
    );
  });

  it('never cuts a character in two', () => {
    const emoji = '🚀'.repeat(1000);
    expect(countTokens(emoji, null)).toBeGreaterThanOrEqual(1000);
    expect(countTokens(emoji, null)).toBeLessThanOrEqual(3000);
  });

  it.each([
    ['one letter', 'a'],
    ['spaces', ' '],
    ['punctuation', '!?'],
    ['base64-like', 'aGVsbG8gd29ybGQ0'],
    ['one Chinese word', '你好'],
  ])('counts two million characters without a break: %s', (_name, unit) => {
    const text = unit.repeat(2_000_000 / unit.length);
    const tokens = countTokens(text, null);
    expect(tokens).toBeGreaterThan(text.length / 150);
    expect(tokens).toBeLessThanOrEqual(text.length * 2);
  });

  it('survives half a surrogate pair', () => {
    expect(countTokens('\ud83d and \ude00', null)).toBeGreaterThan(0);
  });
});
