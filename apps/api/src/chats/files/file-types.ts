import { isUtf8 } from 'node:buffer';

interface FileType {
  contentType: string;
  /** What the bytes must be: the name alone is not trusted. */
  content: 'text' | Signature;
  /** Browsers may show it; all other files are downloads. */
  isInline?: true;
}

type Signature = (bytes: Buffer) => boolean;

const startsWith =
  (...signatures: string[]): Signature =>
  (bytes) =>
    signatures.some((signature) => bytes.subarray(0, signature.length).toString('latin1') === signature);

const isWebp: Signature = (bytes) => startsWith('RIFF')(bytes) && bytes.subarray(8, 12).toString('latin1') === 'WEBP';
const isBoxed: Signature = (bytes) => bytes.subarray(4, 8).toString('latin1') === 'ftyp';
const isOle = startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1');
const isZip = startsWith('PK\x03\x04', 'PK\x05\x06');
const OFFICE = 'application/vnd.openxmlformats-officedocument';

/** The file types that a chat accepts, by extension. */
const TYPES: Record<string, FileType> = {
  txt: { contentType: 'text/plain', content: 'text', isInline: true },
  log: { contentType: 'text/plain', content: 'text', isInline: true },
  md: { contentType: 'text/markdown', content: 'text' },
  csv: { contentType: 'text/csv', content: 'text' },
  json: { contentType: 'application/json', content: 'text', isInline: true },
  xml: { contentType: 'application/xml', content: 'text' },
  html: { contentType: 'text/html', content: 'text' },
  htm: { contentType: 'text/html', content: 'text' },
  svg: { contentType: 'image/svg+xml', content: 'text' },
  pdf: { contentType: 'application/pdf', content: startsWith('%PDF-') },
  png: { contentType: 'image/png', content: startsWith('\x89PNG\r\n\x1a\n'), isInline: true },
  jpg: { contentType: 'image/jpeg', content: startsWith('\xff\xd8\xff'), isInline: true },
  jpeg: { contentType: 'image/jpeg', content: startsWith('\xff\xd8\xff'), isInline: true },
  gif: { contentType: 'image/gif', content: startsWith('GIF87a', 'GIF89a'), isInline: true },
  webp: { contentType: 'image/webp', content: isWebp, isInline: true },
  ogg: { contentType: 'audio/ogg', content: startsWith('OggS'), isInline: true },
  mp3: { contentType: 'audio/mpeg', content: startsWith('ID3', '\xff\xfb', '\xff\xf3', '\xff\xf2'), isInline: true },
  m4a: { contentType: 'audio/mp4', content: isBoxed, isInline: true },
  aac: { contentType: 'audio/aac', content: startsWith('\xff\xf1', '\xff\xf9'), isInline: true },
  amr: { contentType: 'audio/amr', content: startsWith('#!AMR') },
  mp4: { contentType: 'video/mp4', content: isBoxed, isInline: true },
  '3gp': { contentType: 'video/3gpp', content: isBoxed },
  vcf: { contentType: 'text/vcard', content: 'text' },
  doc: { contentType: 'application/msword', content: isOle },
  xls: { contentType: 'application/vnd.ms-excel', content: isOle },
  ppt: { contentType: 'application/vnd.ms-powerpoint', content: isOle },
  zip: { contentType: 'application/zip', content: isZip },
  docx: { contentType: `${OFFICE}.wordprocessingml.document`, content: isZip },
  xlsx: { contentType: `${OFFICE}.spreadsheetml.sheet`, content: isZip },
  pptx: { contentType: `${OFFICE}.presentationml.presentation`, content: isZip },
  odt: { contentType: 'application/vnd.oasis.opendocument.text', content: isZip },
  ods: { contentType: 'application/vnd.oasis.opendocument.spreadsheet', content: isZip },
  odp: { contentType: 'application/vnd.oasis.opendocument.presentation', content: isZip },
};
const INLINE = new Set(Object.values(TYPES).flatMap((type) => (type.isInline ? [type.contentType] : [])));

/** The content type of a file, by its name and bytes; null when the type is not accepted, or the bytes are of another type. */
export function contentTypeOf(path: string, bytes: Buffer): string | null {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const type = Object.hasOwn(TYPES, ending) ? TYPES[ending]! : null;
  if (type === null) return null;
  const isWhatItSays = type.content === 'text' ? isUtf8(bytes) && !bytes.includes(0) : type.content(bytes);
  return isWhatItSays ? type.contentType : null;
}

/** Names that others use for the same types. */
const ALIASES: Readonly<Partial<Record<string, string>>> = {
  'image/jpg': 'image/jpeg',
  'audio/mp3': 'audio/mpeg',
  'audio/opus': 'audio/ogg',
  'audio/3gpp': 'video/3gpp',
  'application/ogg': 'audio/ogg',
  'text/x-vcard': 'text/vcard',
  'text/directory': 'text/vcard',
};

/** The ending for files of a content type; null when the type is not accepted. */
export function endingOf(contentType: string): string | null {
  const name = ALIASES[contentType] ?? contentType;
  return Object.entries(TYPES).find(([, type]) => type.contentType === name)?.[0] ?? null;
}

export const isInlineType = (contentType: string): boolean => INLINE.has(contentType);
export const FILE_ENDINGS = Object.keys(TYPES);

/** The `Content-Type` header: text was checked to be UTF-8. */
export const sentTypeOf = (contentType: string): string =>
  /^text\/|[/+](xml|json)$/.test(contentType) ? `${contentType}; charset=utf-8` : contentType;
