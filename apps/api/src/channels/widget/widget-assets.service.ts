import { AppError, notFound, PACKAGE_FOLDER } from '@app/common';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const BUILT = 'dist/apps/widget';
const MANIFEST = '.vite/manifest.json';
const ENTRY = 'src/main.tsx';
const LAUNCHER = 'launcher.js';
const TYPES: Partial<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** One built file. Its name changes with its content. */
export interface WidgetAsset {
  type: string;
  etag: string;
  bytes: Buffer;
}

/** What a page refers to, by file name. */
export interface PageAssets {
  script: string;
  styles: string[];
}

interface Built extends PageAssets {
  files: Map<string, WidgetAsset>;
  launcher: string;
}

type Manifest = Partial<Record<string, { file: string; css?: string[] }>>;

/** The built page, read once and kept in memory: a few files, known by name, so that no path is ever made of what is asked for. */
@Injectable()
export class WidgetAssetsService {
  private built: Built | null = null;

  /** Throws NOT_READY when the page was not built. */
  get page(): PageAssets {
    return this.load();
  }

  /** The launcher's program. It reads its settings from a variable named `batonWidget`. */
  get launcher(): string {
    return this.load().launcher;
  }

  getFile(name: string): WidgetAsset {
    const file = this.load().files.get(name);
    if (file === undefined) throw notFound('The file');
    return file;
  }

  private load(): Built {
    this.built ??= read(join(PACKAGE_FOLDER, BUILT));
    if (this.built === null)
      throw new AppError('NOT_READY', { detail: 'The embedded page is not built: run `npm run build`.' });
    return this.built;
  }
}

function read(folder: string): Built | null {
  if (!existsSync(join(folder, MANIFEST)) || !existsSync(join(folder, LAUNCHER))) return null;
  const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Manifest;
  const entry = manifest[ENTRY];
  if (entry === undefined) return null;
  const names = readdirSync(folder).filter((name) => name !== LAUNCHER && TYPES[extname(name)] !== undefined);
  const files = new Map(names.map((name) => [name, assetOf(readFileSync(join(folder, name)), TYPES[extname(name)]!)]));
  const launcher = readFileSync(join(folder, LAUNCHER), 'utf8');
  return { script: entry.file, styles: entry.css ?? [], files, launcher };
}

const assetOf = (bytes: Buffer, type: string): WidgetAsset => ({
  type,
  etag: `W/"${createHash('sha256').update(bytes).digest('base64url')}"`,
  bytes,
});
