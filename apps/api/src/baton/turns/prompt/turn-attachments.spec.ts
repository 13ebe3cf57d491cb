import { shownOf, withAttachments, type AttachedFile } from './turn-attachments.js';
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
  shown: { kind: 'image', name: path, dataUrl: 'data:image/png;base64,AA==' },
});

describe('what a customer attached', () => {
  const past = [message('customer', 'one', 2), message('bot', 'a', 3), message('customer', 'two', 4)];

  it('goes with the question that followed', () => {
    const files = [picture('a.png', 1), picture('b.png', 3), picture('c.png', 5)];
    const { past: sent, question } = withAttachments(past, 'three', files);
    const names = (sent: { name: string }[] = []): string[] => sent.map(({ name }) => name);
    expect(sent.map(({ text, attachments }) => [text, names(attachments)])).toEqual([
      ['one', ['a.png']],
      ['a', []],
      ['two', ['b.png']],
    ]);
    expect([question.text, names(question.attachments)]).toEqual(['three', ['c.png']]);
  });

  it('is named where it cannot be shown', () => {
    const file = { path: 'terms.pdf', createdAt: new Date(300_000), shown: null };
    expect(withAttachments(past, 'three', [file]).question).toEqual({
      text: '[The customer sent the file terms.pdf, which you cannot read.]\nthree',
    });
  });

  it('changes nothing where there is nothing', () => {
    expect(withAttachments(past, 'three', [])).toEqual({ past, question: { text: 'three' } });
  });

  it('is shown within bounds of size and number, the newest first', () => {
    const file = (content_type: string, size: number) => ({ content_type, size });
    const pdfs = [1, 2, 4_000_000, 4_000_001, 0].map((size) => file('application/pdf', size));
    const pictures = [1, 2, 3, 4, 5, 3_750_001].map((size) => file('image/png', size));
    const shown = shownOf([...pdfs, ...pictures, file('application/zip', 1)]);
    expect([...shown].map(([{ size }, kind]) => [kind, size])).toEqual([
      ...[2, 3, 4, 5].map((size) => ['image', size]),
      ...[2, 4_000_000].map((size) => ['document', size]),
    ]);
  });
});
