import { isUtf8 } from 'node:buffer';

interface FileType {
  contentType: string;
  /** What the bytes must be: the name alone is not trusted. */
  holds: 'text' | Signature;
  /** Browsers may show it; all other files are downloads. */
  isInline?: true;
}

type Signature = (bytes: Buffer) => boolean;

const startsWith =
  (...signatures: string[]): Signature =>
  (bytes) =>
    signatures.some((signature) => bytes.subarray(0, signature.length).toString('latin1') === signature);

const isWebp: Signature = (bytes) => startsWith('RIFF')(bytes) && bytes.subarray(8, 12).toString('latin1') === 'WEBP';
const isZip = startsWith('PK\x03\x04', 'PK\x05\x06');
const OFFICE = 'application/vnd.openxmlformats-officedocument';

/** The file types that a chat accepts, by extension. */
const TYPES: Record<string, FileType> = {
  txt: { contentType: 'text/plain', holds: 'text', isInline: true },
  log: { contentType: 'text/plain', holds: 'text', isInline: true },
  md: { contentType: 'text/markdown', holds: 'text' },
  csv: { contentType: 'text/csv', holds: 'text' },
  json: { contentType: 'application/json', holds: 'text', isInline: true },
  xml: { contentType: 'application/xml', holds: 'text' },
  html: { contentType: 'text/html', holds: 'text' },
  htm: { contentType: 'text/html', holds: 'text' },
  svg: { contentType: 'image/svg+xml', holds: 'text' },
  pdf: { contentType: 'application/pdf', holds: startsWith('%PDF-') },
  png: { contentType: 'image/png', holds: startsWith('\x89PNG\r\n\x1a\n'), isInline: true },
  jpg: { contentType: 'image/jpeg', holds: startsWith('\xff\xd8\xff'), isInline: true },
  jpeg: { contentType: 'image/jpeg', holds: startsWith('\xff\xd8\xff'), isInline: true },
  gif: { contentType: 'image/gif', holds: startsWith('GIF87a', 'GIF89a'), isInline: true },
  webp: { contentType: 'image/webp', holds: isWebp, isInline: true },
  zip: { contentType: 'application/zip', holds: isZip },
  docx: { contentType: `${OFFICE}.wordprocessingml.document`, holds: isZip },
  xlsx: { contentType: `${OFFICE}.spreadsheetml.sheet`, holds: isZip },
  pptx: { contentType: `${OFFICE}.presentationml.presentation`, holds: isZip },
  odt: { contentType: 'application/vnd.oasis.opendocument.text', holds: isZip },
  ods: { contentType: 'application/vnd.oasis.opendocument.spreadsheet', holds: isZip },
  odp: { contentType: 'application/vnd.oasis.opendocument.presentation', holds: isZip },
};
const INLINE = new Set(Object.values(TYPES).flatMap((type) => (type.isInline ? [type.contentType] : [])));

/** The content type of a file, by its name and bytes; null when the type is not accepted, or the bytes are of another type. */
export function contentTypeOf(path: string, bytes: Buffer): string | null {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const type = Object.hasOwn(TYPES, ending) ? TYPES[ending]! : null;
  if (type === null) return null;
  const isWhatItSays = type.holds === 'text' ? isUtf8(bytes) && !bytes.includes(0) : type.holds(bytes);
  return isWhatItSays ? type.contentType : null;
}

export const isInlineType = (contentType: string): boolean => INLINE.has(contentType);
export const FILE_ENDINGS = Object.keys(TYPES);

/** The `Content-Type` header: text was checked to be UTF-8. */
export const sentTypeOf = (contentType: string): string =>
  /^text\/|[/+](xml|json)$/.test(contentType) ? `${contentType}; charset=utf-8` : contentType;
