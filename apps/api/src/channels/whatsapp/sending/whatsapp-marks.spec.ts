import { toWhatsAppMarks } from './whatsapp-marks.js';

it.each([
  ['## Opening **hours** ##', '*Opening hours*'],
  [
    '**Bold**, __bold__, *slanted*, _slanted_, ***both*** and ~~gone~~',
    '*Bold*, *bold*, _slanted_, _slanted_, *_both_* and ~gone~',
  ],
  ['**All *of* it**', '*All _of_ it*'],
  ['See [our page](https://example.com/a_b_c).', 'See our page (https://example.com/a_b_c).'],
  [
    '[https://example.com](https://example.com) ![A cat](https://example.com/cat.png "Cat")',
    'https://example.com A cat (https://example.com/cat.png)',
  ],
  ['[a@example.com](mailto:a@example.com)', 'a@example.com'],
  ['* one\n  + two\n- three\n1. four', '- one\n  - two\n- three\n1. four'],
  ['```js\nconst a = "**b**";\n```\n`**c**`', '```\nconst a = "**b**";\n```\n`**c**`'],
  ['5 \\* 3', '5 * 3'],
])('%j becomes %j', (markdown, text) => expect(toWhatsAppMarks(markdown)).toBe(text));

it.each([
  'Hello. How are you?',
  '2 * 3 * 4',
  '#1 of all',
  'a__init__b',
  'https://example.com/__a__?b=_c_~~d~~',
  '> said',
  '*',
  '**',
  ' \n ',
])('%j stays as it is', (text) => expect(toWhatsAppMarks(text)).toBe(text));
