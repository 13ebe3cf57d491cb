import { ThoughtFilter } from './thought-filter.js';

function filtered(pieces: string[]): string {
  const filter = new ThoughtFilter();
  return pieces.map((piece) => filter.take(piece)).join('') + filter.end();
}

describe('ThoughtFilter', () => {
  // Saved as part of the answer: https://github.com/huggingface/chat-ui/pull/2383
  it.each<[string, string, string]>([
    ['a thought before the answer', '<think>Hm.\nYes.</think>\n\nHello', 'Hello'],
    ['a thought after an empty line', '\n <think>Hm.</think>Hello', 'Hello'],
    ['several thoughts', '<think>a</think>\n<thinking>b</thinking>\nHello', 'Hello'],
    ['a thought between the lines', 'Hello\n<thought>a</thought>\nWorld', 'Hello\nWorld'],
    ['an empty thought', '<think>\n\n</think>\n\nHello', 'Hello'],
    ['nothing but a thought', '<think>Hm.</think>\n', ''],
    ['a thought that is cut', '<think>Hm. So the', ''],
    ['a tag within a sentence', 'The tag <think> opens, </think> closes.', 'The tag <think> opens, </think> closes.'],
    ['a tag at a line that is never closed', 'See:\n<think> opens.', 'See:\n<think> opens.'],
    ['other tags', '<b>a</b>\n<thin>b</thin>', '<b>a</b>\n<thin>b</thin>'],
    ['half a tag at the end', 'a\n<thin', 'a\n<thin'],
    ['space at both ends', '\n Hello \n', '\n Hello \n'],
    ['a less-than sign', '1 < 2\n< 3', '1 < 2\n< 3'],
    ['only space', '\n ', '\n '],
    ['nothing', '', ''],
  ])('reads %s, however it is divided', (_name, answer, expected) => {
    expect(filtered([answer])).toBe(expected);
    for (let cut = 1; cut < answer.length; cut++) {
      expect(filtered([answer.slice(0, cut), answer.slice(cut)])).toBe(expected);
    }
    expect(filtered(answer.split(''))).toBe(expected);
  });

  it.each([
    ['<think>a</think>\n<thinking>b</thinking>\nHello', 'ab'],
    ['<think>Hm. So the', 'Hm. So the'],
    ['See:\n<think> opens.', ''],
    ['Hello', ''],
  ])('hands over the thoughts of %j', (answer, expected) => {
    for (const pieces of [[answer], answer.split('')]) {
      let thoughts = '';
      const filter = new ThoughtFilter((thought) => {
        thoughts += thought;
      });
      for (const piece of pieces) filter.take(piece);
      filter.end();
      expect(thoughts).toBe(expected);
    }
  });

  it('passes on what is decided at once', () => {
    const filter = new ThoughtFilter();
    expect(filter.take('<think>a</th')).toBe('');
    expect(filter.take('ink>Hel')).toBe('Hel');
    expect(filter.take('lo\n<')).toBe('lo\n');
    expect(filter.take('b>')).toBe('<b>');
  });
});
