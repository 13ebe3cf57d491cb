import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['apps/widget', 'packages/client/src'];
const BUILT = ['dist/apps/widget/launcher.js', 'dist/apps/widget/.vite/manifest.json'];

/** The server serves the embedded page as it was built. Before any test runs, it is built from the sources as they are. */
export default function buildWidget() {
  const newest = Math.max(...SOURCES.flatMap(filesIn).map((file) => statSync(file).mtimeMs));
  const isBuilt = BUILT.every((file) => existsSync(file) && statSync(file).mtimeMs > newest);
  if (isBuilt) return;
  // What is tested is what is shipped, whatever the test runner has made of this.
  const env = { ...process.env, NODE_ENV: 'production' };
  execFileSync('npm', ['run', '--silent', 'build:widget'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );
