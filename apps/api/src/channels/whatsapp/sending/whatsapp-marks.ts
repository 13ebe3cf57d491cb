/**
 * What Markdown and WhatsApp write differently. No part matches beyond its own end mark, so that the time grows with the length of the
 * text only: parsers of all of Markdown take seconds for some texts of a message's length.
 */
const INLINE = new RegExp(
  [
    '`[^`\\n]+`|https?:\\/\\/[^\\s*)\\]]+',
    '!?\\[(?<label>[^[\\]\\n]*)\\]\\(<?(?<url>[^\\s()<>]+)>?(?: "[^"\\n]*")?\\)',
    '\\*\\*\\*(?<both>[^*\\n]+)\\*\\*\\*',
    '\\*\\*(?=\\S)(?<bold>(?:[^*\\n]|\\*(?!\\*))+)\\*\\*',
    '(?<!\\w)__(?=\\S)(?<strong>(?:[^_\\n]|_(?!_))+)__(?!\\w)',
    '~~(?<struck>[^~\\n]+)~~',
    '(?<![\\w*])\\*(?=[^\\s*])(?<italic>[^*\\n]+)(?<!\\s)\\*(?![\\w*])',
    '\\\\(?<escaped>[*_~`#[\\]()>+.!-])',
  ].join('|'),
  'g',
);
const HEADING = /^ {0,3}#{1,6} +(\S.*)$/;
const BULLET = /^( *)[*+] +(?=\S)/;
const FENCE = /^ *```/;

/** A text in Markdown with the marks that WhatsApp shows. */
export function toWhatsAppMarks(markdown: string): string {
  let isCode = false;
  const lines = markdown.split('\n').map((line) => {
    if (FENCE.test(line)) {
      isCode = !isCode;
      return '```';
    }
    return isCode ? line : lineOf(line);
  });
  return lines.join('\n');
}

function lineOf(line: string): string {
  const heading = HEADING.exec(line)?.[1]?.replace(/ #+ *$/, '');
  return heading === undefined ? inlineOf(line.replace(BULLET, '$1- ')) : `*${inlineOf(heading).replaceAll('*', '')}*`;
}

function inlineOf(text: string): string {
  return text.replace(INLINE, (all: string, ...rest: unknown[]) => {
    const { label, url, both, bold, strong, struck, italic, escaped } = rest.at(-1) as Partial<Record<string, string>>;
    const heavy = bold ?? strong;
    if (url !== undefined) return linkOf(inlineOf(label ?? ''), url);
    if (both !== undefined) return `*_${both}_*`;
    if (heavy !== undefined) return `*${inlineOf(heavy)}*`;
    if (struck !== undefined) return `~${inlineOf(struck)}~`;
    if (italic !== undefined) return `_${inlineOf(italic)}_`;
    return escaped ?? all;
  });
}

const linkOf = (label: string, url: string): string =>
  label === '' || url.replace(/^mailto:/, '') === label ? url.replace(/^mailto:/, '') : `${label} (${url})`;
