import { AppError, BuiltPage, PACKAGE_FOLDER, type BuiltFile } from '@app/common';
import { Injectable } from '@nestjs/common';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = 'dist/apps/widget';
const LAUNCHER = 'launcher.js';

/** What a page refers to, by file name. */
export interface PageAssets {
  script: string;
  styles: string[];
}

/** The built page, and the program of the button that opens it. */
@Injectable()
export class WidgetAssetsService {
  private readonly built = new BuiltPage(BUILT, 'src/main.tsx');
  private launcherText: string | null = null;

  /** Throws NOT_READY when the page was not built. */
  get page(): PageAssets {
    return this.built.parts;
  }

  /** The launcher's program. It reads its settings from a variable named `batonWidget`. */
  get launcher(): string {
    return (this.launcherText ??= readLauncher());
  }

  getFile(name: string): BuiltFile {
    return this.built.getFile(name);
  }
}

function readLauncher(): string {
  const path = join(PACKAGE_FOLDER, BUILT, LAUNCHER);
  if (!existsSync(path)) throw new AppError('NOT_READY', { detail: 'The page is not built: run `npm run build`.' });
  return readFileSync(path, 'utf8');
}
