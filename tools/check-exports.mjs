// An exported value is used by another file; an index.ts that passes it on does not count. Types may be exported for what they describe.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const DECLARED = /^export (?:abstract |async )*(?:class|const|enum|function\*?|let) (\w+)/gm;
const NAME = /[A-Za-z_$][\w$]*/g;
/** Generated, written once, found by decorators, or declared for JavaScript. */
const EXEMPT = /(\/generated\/|\/migrations\/|\.(dto|entity)\.ts$|\.d\.[cm]ts$)/;

const git = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', 'apps', 'libs', 'packages', 'test'];
const files = execFileSync('git', git, { encoding: 'utf8' })
  .split('\0')
  .filter((path) => /\.([cm]?[jt]s|tsx)$/.test(path) && existsSync(path));

const texts = new Map(files.map((path) => [path, readFileSync(path, 'utf8')]));
const users = new Map();
for (const [path, text] of texts) {
  if (basename(path) === 'index.ts') continue;
  for (const name of new Set(text.match(NAME))) users.set(name, (users.get(name) ?? 0) + 1);
}

const unused = files
  .filter((path) => !EXEMPT.test(path))
  .flatMap((path) => [...texts.get(path).matchAll(DECLARED)].map(([, name]) => ({ path, name })))
  .filter(({ path, name }) => users.get(name) === (basename(path) === 'index.ts' ? undefined : 1));
for (const { path, name } of unused) console.error(`${path}: ${name} is exported, but no other file uses it`);
if (unused.length > 0) process.exit(1);
