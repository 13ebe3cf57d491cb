import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { AppError, notFound } from '../errors/app-error.js';
import { PACKAGE_FOLDER } from '../package.js';

const MANIFEST = '.vite/manifest.json';
const TYPES: Partial<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The encodings that the build may have written beside a file, best first. */
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;
type Encoding = keyof typeof ENCODINGS;

/** One built file. Its name changes with its content. */
export interface BuiltFile {
  type: string;
  etag: string;
  bytes: Buffer;
  encoded: Partial<Record<Encoding, Buffer>>;
}

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}
type Manifest = Partial<Record<string, Chunk>>;

/** A page for browsers as Vite has built it, read once and kept in memory: files known by name, so that no path is made of what is asked for. */
export class BuiltPage {
  private files: Map<string, BuiltFile> | null = null;
  private manifest: Manifest = {};

  /** @param folder below the package's own */
  constructor(
    private readonly folder: string,
    private readonly entry: string,
  ) {}

  /** What the HTML refers to, by file name: the program, what it needs at once, and its styles. */
  get parts(): { script: string; imports: string[]; styles: string[] } {
    this.load();
    const entry = this.manifest[this.entry]!;
    const imports = (entry.imports ?? []).map((name) => this.manifest[name]!);
    const styles = [...imports, entry].flatMap(({ css = [] }) => css);
    return { script: entry.file, imports: imports.map(({ file }) => file), styles: [...new Set(styles)] };
  }

  /** Throws NOT_READY when the page was not built. */
  getFile(name: string): BuiltFile {
    const file = this.load().get(name);
    if (file === undefined) throw notFound('The file');
    return file;
  }

  private load(): Map<string, BuiltFile> {
    if (this.files !== null) return this.files;
    const folder = join(PACKAGE_FOLDER, this.folder);
    const manifest = join(folder, MANIFEST);
    if (existsSync(manifest)) this.manifest = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
    if (this.manifest[this.entry] === undefined)
      throw new AppError('NOT_READY', { detail: 'The page is not built: run `npm run build`.' });
    const names = new Set(readdirSync(folder));
    const known = Object.values(this.manifest).flatMap((chunk) => [chunk!.file, ...(chunk!.css ?? [])]);
    this.files = new Map([...new Set(known)].map((name) => [name, readFile(folder, name, names)]));
    return this.files;
  }
}

function readFile(folder: string, name: string, names: ReadonlySet<string>): BuiltFile {
  const bytes = readFileSync(join(folder, name));
  const encoded: BuiltFile['encoded'] = {};
  for (const [encoding, ending] of Object.entries(ENCODINGS) as [Encoding, string][])
    if (names.has(name + ending)) encoded[encoding] = readFileSync(join(folder, name + ending));
  const etag = `W/"${createHash('sha256').update(bytes).digest('base64url')}"`;
  return { type: TYPES[extname(name)]!, etag, bytes, encoded };
}

/** For ever, in the smallest encoding that the build has written and the caller reads. */
export async function sendBuiltFile(request: FastifyRequest, reply: FastifyReply, file: BuiltFile): Promise<void> {
  const { type, etag, bytes, encoded } = file;
  reply.headers({ etag, 'cache-control': 'public, max-age=31536000, immutable' });
  if (Object.keys(encoded).length > 0) reply.header('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === etag) return void (await reply.code(304).send());
  const accepted = (request.headers['accept-encoding'] ?? '').split(',').map((part) => part.split(';', 1)[0]!.trim());
  const encoding = (Object.keys(ENCODINGS) as Encoding[]).find(
    (name) => accepted.includes(name) && encoded[name] !== undefined,
  );
  if (encoding !== undefined) reply.header('content-encoding', encoding);
  await reply.type(type).send(encoding === undefined ? bytes : encoded[encoding]);
}

/** The way up from a page to the server, whatever path a proxy has put before it: `../` for every folder. */
export const baseOf = (url: string): string =>
  '../'.repeat(Math.max(0, url.split('?', 1)[0]!.split('/').length - 2)) || './';
