import { withAttachments, type AttachedFile } from './turn-images.js';
import type { PastMessage } from './turn-history.repository.js';

const message = (author: PastMessage['author'], text: string, minute: number): PastMessage => ({
  author,
  kind: 'message',
  text,
  speaker: '',
  place: minute,
  hasTurn: true,
  kept: null,
  createdAt: new Date(minute * 60_000),
});
const picture = (path: string, minute: number): AttachedFile => ({
  path,
  createdAt: new Date(minute * 60_000),
  image: { name: path, dataUrl: 'data:image/png;base64,AA==' },
});

describe('what a customer attached', () => {
  const past = [message('customer', 'one', 2), message('bot', 'a', 3), message('customer', 'two', 4)];

  it('goes with the question that followed', () => {
    const files = [picture('a.png', 1), picture('b.png', 3), picture('c.png', 5)];
    const { past: sent, question } = withAttachments(past, 'three', files);
    const names = (images: { name: string }[] = []): string[] => images.map(({ name }) => name);
    expect(sent.map(({ text, images }) => [text, names(images)])).toEqual([
      ['one', ['a.png']],
      ['a', []],
      ['two', ['b.png']],
    ]);
    expect([question.text, names(question.images)]).toEqual(['three', ['c.png']]);
  });

  it('is named where it cannot be shown', () => {
    const file = { path: 'terms.pdf', createdAt: new Date(300_000), image: null };
    expect(withAttachments(past, 'three', [file]).question).toEqual({
      text: '[The customer sent the file terms.pdf, which you cannot read.]\nthree',
    });
  });

  it('changes nothing where there is nothing', () => {
    expect(withAttachments(past, 'three', [])).toEqual({ past, question: { text: 'three' } });
  });
});
