import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** `CHROMIUM_PATH`, or one that is installed; null when there is none. */
function findChromium(): string | null {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  if (CHROMIUM_PATH !== undefined && CHROMIUM_PATH !== '') return CHROMIUM_PATH;
  const folders = ['/usr/bin', ...PATH.split(delimiter)];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path)) ?? null;
}

/** Skips everything, and says so, where there is no browser. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (findChromium() !== null) return describe(name, tests);
  process.stderr.write(`\nSKIPPED: "${name}" needs Chromium. Install it, or say where it is in CHROMIUM_PATH.\n`);
  describe.skip(name, tests);
}

/** Without a sandbox of its own: containers have none to give. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium()!, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
