import { chatTitleOf } from './chat-title.js';

describe('a title by the model', () => {
  it.each([
    ['Return of an order', 'Return of an order'],
    ['"Return of an order."', 'Return of an order'],
    ['\n\n **Return**\nSecond line', 'Return'],
    ['# Title: Returns', 'Returns'],
    ['Titel: „Rückgabe“', 'Rückgabe'],
    ['  \n ', ''],
    ['""', ''],
    ['x'.repeat(61), `${'x'.repeat(59)}…`],
    ['🎈'.repeat(60), '🎈'.repeat(60)],
  ])('%j becomes %j', (text, title) => expect(chatTitleOf(text)).toBe(title));
});
