import { imageFormatOf } from './image-format.js';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const u16be = (n: number): Buffer => Buffer.from([n >> 8, n & 255]);
const u16le = (n: number): Buffer => Buffer.from([n & 255, n >> 8]);
const u24le = (n: number): Buffer => Buffer.from([n & 255, (n >> 8) & 255, n >> 16]);

function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(33);
  latin1('\x89PNG\r\n\x1a\n').copy(header);
  header.writeUInt32BE(13, 8);
  latin1('IHDR').copy(header, 12);
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return header;
}
const gif = (width: number, height: number): Buffer =>
  Buffer.concat([latin1('GIF89a'), u16le(width), u16le(height), Buffer.alloc(3)]);
const webp = (kind: string, rest: Buffer): Buffer =>
  Buffer.concat([latin1('RIFF'), Buffer.alloc(4), latin1(`WEBP${kind}`), Buffer.alloc(4), rest, Buffer.alloc(16)]);
const jpeg = (...segments: Buffer[]): Buffer =>
  Buffer.concat([latin1('\xff\xd8'), latin1('\xff\xe0'), u16be(16), Buffer.alloc(14), ...segments, Buffer.alloc(20)]);
const frame = (marker: number, width: number, height: number): Buffer =>
  Buffer.concat([Buffer.from([0xff, marker]), u16be(17), Buffer.from([8]), u16be(height), u16be(width)]);

it.each([
  ['PNG', png(640, 480), 'image/png'],
  ['GIF', gif(640, 480), 'image/gif'],
  ['extended WebP', webp('VP8X', Buffer.concat([Buffer.alloc(4), u24le(639), u24le(479)])), 'image/webp'],
  [
    'lossy WebP',
    webp('VP8 ', Buffer.concat([Buffer.alloc(3), latin1('\x9d\x01\x2a'), u16le(640), u16le(480)])),
    'image/webp',
  ],
  ['lossless WebP', webp('VP8L', Buffer.from([0x2f, 0x7f, 0xc2, 0x77, 0x00])), 'image/webp'],
  ['JPEG', jpeg(frame(0xc0, 640, 480)), 'image/jpeg'],
  ['progressive JPEG', jpeg(frame(0xc2, 640, 480)), 'image/jpeg'],
  [
    'JPEG with fill bytes and tables before its frame',
    jpeg(Buffer.from([0xff, 0xff]), frame(0xc4, 1, 1).fill(0, 4), Buffer.alloc(10), frame(0xc1, 640, 480)),
    'image/jpeg',
  ],
])('knows a %s and its size', (_name, bytes, contentType) =>
  expect(imageFormatOf(bytes)).toEqual({ contentType, width: 640, height: 480 }),
);

it('reads sizes beyond what we take', () => {
  expect(imageFormatOf(png(0xffffffff, 1))).toMatchObject({ width: 0xffffffff });
  expect(imageFormatOf(jpeg(frame(0xc0, 65_535, 65_535)))).toMatchObject({ width: 65_535, height: 65_535 });
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['HTML', latin1('<!doctype html><script>alert(1)</script>')],
  ['SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['half a PNG header', png(1, 1).subarray(0, 20)],
  ['the first bytes of a JPEG', latin1('\xff\xd8\xff')],
  ['a JPEG without a frame', jpeg(Buffer.from([0xff, 0xda, 0, 2]))],
  ['a JPEG whose segment leads nowhere', jpeg(Buffer.from([0xff, 0xe1, 0xff, 0xff]))],
  ['a RIFF that is a sound', Buffer.concat([latin1('RIFF\0\0\0\0WAVE'), Buffer.alloc(30)])],
  ['a WebP of an unknown kind', webp('XXXX', Buffer.alloc(20))],
])('does not take %s for an image', (_name, bytes) => expect(imageFormatOf(bytes)).toBeNull());
