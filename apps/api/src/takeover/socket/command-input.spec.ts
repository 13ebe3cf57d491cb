import { faultsOf } from './command-input.js';

const messages = (...payloads: unknown[]): string[] => faultsOf(payloads).map(({ message }) => message);

describe('faultsOf', () => {
  it.each([[[]], [[{}]], [[{ chatId: 'a', after: 3, isTyping: true, text: null }]], [[null]]])(
    'takes %j',
    (payloads) => {
      expect(faultsOf(payloads)).toEqual([]);
    },
  );

  it.each([
    ['two objects', [{}, {}], 'a command takes one object'],
    ['a text', ['x'], 'must be an object'],
    ['a list', [[1]], 'must be an object'],
    ['bytes', [Buffer.from('x')], 'must be an object'],
    ['bytes in a field', [{ text: Buffer.from('x') }], 'must be a text, a number or a flag'],
    ['something nested', [{ a: { b: 1 } }], 'must be a text, a number or a flag'],
    ['a prototype', [JSON.parse('{"__proto__":1}')], 'must not exist'],
    ['NUL', [{ text: 'a\0b' }], 'must not contain NUL characters or half of a surrogate pair'],
    ['half a character', [{ text: '\ud83d' }], 'must not contain NUL characters or half of a surrogate pair'],
  ])('refuses %s', (_, payloads, message) => {
    expect(messages(...payloads)).toEqual([message]);
  });

  it('repeats no field name at length', () => {
    expect(faultsOf([{ ['x'.repeat(10_000)]: {} }])[0]!.path).toHaveLength(60);
  });
});
