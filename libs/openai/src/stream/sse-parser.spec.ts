import { SseParser } from './sse-parser.js';

function parse(chunks: string[], end = false): [string, string][] {
  const events: [string, string][] = [];
  const parser = new SseParser((event, data) => events.push([event, data]));
  for (const chunk of chunks) parser.push(chunk);
  if (end) parser.end();
  return events;
}

describe('SseParser', () => {
  it.each<[string, string, [string, string][]]>([
    ['a named event', 'event: a\ndata: 1\n\n', [['a', '1']]],
    ['an event without a name', 'data: 1\n\n', [['', '1']]],
    ['a name that lasts for one event', 'event: a\ndata: 1\n\ndata: 2\n\n', [['a', '1'], ['', '2']]], // prettier-ignore
    ['no space after the colon', 'event:a\ndata:1\n\n', [['a', '1']]],
    ['only one space taken away', 'data:  1 \n\n', [['', ' 1 ']]],
    ['data over several lines', 'data: 1\ndata: 2\ndata:\ndata\n\n', [['', '1\n2\n\n']]],
    // Keep-alives of gateways: https://github.com/openai/openai-python/issues/3833
    ['events with empty data', 'data:\n\ndata\n\nevent: ping\ndata: \n\ndata: 1\n\n', [['', '1']]],
    [
      'comments, ids, retries and unknown fields',
      ': hi\nid: 7\nretry: 10\nfoo: bar\nnothing\ndata: 1\n\n:\n\n',
      [['', '1']],
    ],
    ['an event without data', 'event: a\n\ndata: 1\n\n', [['', '1']]],
    ['the final marker', 'data: [DONE]\n\n', [['', '[DONE]']]],
    ['a byte order mark', '\ufeffdata: 1\n\n', [['', '1']]],
    ['characters beyond ASCII', 'data: Grüße 👩‍💻\u2028\u0085\n\n', [['', 'Grüße 👩‍💻\u2028\u0085']]],
    ['an unfinished event', 'data: 1\n\ndata: 2\n', [['', '1']]],
    ['nothing', '', []],
  ])('reads %s', (_name, stream, expected) => {
    expect(parse([stream])).toEqual(expected);
    expect(parse([stream.replaceAll('\n', '\r\n')])).toEqual(expected);
    expect(parse([stream.replaceAll('\n', '\r')])).toEqual(expected);
  });

  it('reads the same for every way to divide the stream', () => {
    const stream =
      '\ufeff: c\r\nevent: a\r\ndata: 1\rdata: 22\n\r\ndata: {"x":"\\u00fc"}\n\nevent: b\ndata: ü\r\r\ndata: [DONE]\n\n';
    const whole = parse([stream]);
    expect(whole).toHaveLength(4);
    for (let cut = 1; cut < stream.length; cut++) {
      expect(parse([stream.slice(0, cut), stream.slice(cut)])).toEqual(whole);
    }
    for (let size = 1; size < 6; size++) {
      const pieces = stream.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(parse(pieces)).toEqual(whole);
    }
  });

  it('hands over the last event at the end of a stream that did not close it', () => {
    expect(parse(['data: 1\n\ndata: 2'], true)).toEqual([
      ['', '1'],
      ['', '2'],
    ]);
    expect(parse(['data: 1\n\n'], true)).toEqual([['', '1']]);
  });

  it('refuses a line and an event without end', () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    expect(() => parse(Array.from({ length: 20 }, () => megabyte))).toThrow(RangeError);
    expect(() => parse(Array.from({ length: 20 }, () => `data: ${megabyte}\n`))).toThrow(RangeError);
  });
});
