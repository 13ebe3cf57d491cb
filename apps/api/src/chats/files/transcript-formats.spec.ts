import { transcriptFormatOf, type TranscriptMessage } from './transcript-formats.js';

const CHAT = { id: '1', displayName: 'Order "1"', createdAt: new Date('2026-01-02T03:04:05.000Z') };

async function* messages(...texts: string[]): AsyncGenerator<TranscriptMessage> {
  for (const [index, text] of texts.entries())
    yield {
      seq: index + 1,
      createdUtc: '2026-01-02T03:04:05.000Z',
      author: 'customer',
      name: '',
      status: 'complete',
      text,
    };
}

async function write(name: string, ...texts: string[]): Promise<string> {
  let text = '';
  for await (const part of transcriptFormatOf(name)!.write(CHAT, messages(...texts))) text += part;
  return text;
}

describe('transcripts', () => {
  it('are known by their names alone', () => {
    const names = ['transcript.json', 'TRANSCRIPT.md', 'a/transcript.json', 'transcript.pdf', 'transcript.toString'];
    expect(names.map((name) => transcriptFormatOf(name) !== null)).toEqual([true, true, false, false, false]);
  });

  it('are JSON', async () => {
    expect(JSON.parse(await write('transcript.json'))).toEqual({
      chatId: '1',
      displayName: 'Order "1"',
      createdUtc: '2026-01-02T03:04:05.000Z',
      messages: [],
    });
    expect(JSON.parse(await write('transcript.json', 'a', '"\n'))).toMatchObject({
      messages: [{ text: 'a' }, { text: '"\n' }],
    });
  });

  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', `"'=1+1"`],
    ['  +1', `"'  +1"`],
    ['-1', `"'-1"`],
    ['@x', `"'@x"`],
    ['\tx', `"'\tx"`],
    ['\r=1', `"'\r=1"`],
    ['＝1', '＝1'],
  ])('hold %j as a field of CSV', async (text, field) => {
    const [, ...lines] = (await write('transcript.csv', text)).split('\r\n');
    expect(lines.join('\r\n')).toBe(`1,2026-01-02T03:04:05.000Z,customer,,complete,${field}\r\n`);
  });
});
