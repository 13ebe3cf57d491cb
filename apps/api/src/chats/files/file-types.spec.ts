import { contentTypeOf, endingOf, isInlineType, sentTypeOf } from './file-types.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('types of files', () => {
  it.each([
    ['a.txt', 'text', 'text/plain'],
    ['A.MD', '# Title', 'text/markdown'],
    ['a.pdf', '%PDF-1.7', 'application/pdf'],
    ['a.jpeg', '\xff\xd8\xff\xe0', 'image/jpeg'],
    ['a.webp', 'RIFF\0\0\0\0WEBPVP8 ', 'image/webp'],
    ['a.ogg', 'OggS', 'audio/ogg'],
    ['a.m4a', '\0\0\0\x20ftypM4A ', 'audio/mp4'],
    ['a.vcf', 'BEGIN:VCARD', 'text/vcard'],
    ['a.docx', 'PK\x03\x04', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ])('%s is what it says', (path, content, type) => expect(contentTypeOf(path, bytes(content))).toBe(type));

  it.each([
    ['a.png', '<html>'],
    ['a.webp', 'RIFF\0\0\0\0WAVE'],
    ['a.txt', '\xff\xfe'],
    ['a.json', '{"a":\0}'],
    ['a.pdf', 'text'],
    ['a.constructor', 'text'],
    ['a.exe', 'MZ'],
    ['a', 'text'],
    ['a.', 'text'],
  ])('%s is refused', (path, content) => expect(contentTypeOf(path, bytes(content))).toBeNull());

  it('has an ending for the types that it accepts', () => {
    const types = [
      'image/jpeg',
      'image/jpg',
      'audio/ogg',
      'text/x-vcard',
      'application/x-msdownload',
      'constructor',
      '',
    ];
    expect(types.map(endingOf)).toEqual(['jpg', 'jpg', 'ogg', 'vcf', null, null, null]);
  });

  it('shows nothing in a browser that could act there', () => {
    const acting = ['text/html', 'image/svg+xml', 'application/xml', 'application/pdf', 'text/markdown', 'text/csv'];
    expect(acting.filter(isInlineType)).toEqual([]);
    expect(isInlineType('image/png')).toBe(true);
  });

  it('says that texts are UTF-8', () => {
    expect(['text/csv', 'application/json', 'image/svg+xml', 'image/png'].map(sentTypeOf)).toEqual([
      'text/csv; charset=utf-8',
      'application/json; charset=utf-8',
      'image/svg+xml; charset=utf-8',
      'image/png',
    ]);
  });
});
