import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SHARED = ['apps/shared', 'packages/client/src'];
const PAGES = {
  'build:widget': {
    sources: ['apps/widget'],
    built: ['dist/apps/widget/launcher.js', 'dist/apps/widget/.vite/manifest.json'],
  },
  'build:console': { sources: ['apps/console'], built: ['dist/apps/console/.vite/manifest.json'] },
};

/** The server serves its pages as they were built. Before any test runs, they are built from the sources as they are. */
export default function buildPages() {
  for (const [script, { sources, built }] of Object.entries(PAGES)) {
    const newest = Math.max(...[...SHARED, ...sources].flatMap(filesIn).map((file) => statSync(file).mtimeMs));
    if (built.every((file) => existsSync(file) && statSync(file).mtimeMs > newest)) continue;
    // What is tested is what is shipped, whatever the test runner has made of this.
    const env = { ...process.env, NODE_ENV: 'production' };
    execFileSync('npm', ['run', '--silent', script], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );
