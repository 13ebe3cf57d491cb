import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sourcesOf = (folder: string, pathNot: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /(?<!\.spec)\.ts$/.test(path) && !pathNot.test(path));

/** What is to be done in one way, and therefore in one place. */
it.each([
  ['asks a dialect instead of the name of the engine', /\boptions\.type\b|\bsetLock\(|better-sqlite3/, /^never$/],
  ['repeats work with a WorkLoop', /\bsetInterval\(/, /^apps\/api\/src\/server\//],
  ['writes audit rows with the audit, or within a transition', /'audit_log'|INTO audit_log/, /ownership-change\.ts$/],
])('a feature %s', (_name, pattern, pathNot) => {
  const sources = sourcesOf('apps/api/src', pathNot);
  expect(sources.filter((path) => pattern.test(readFileSync(path, 'utf8')))).toEqual([]);
  expect(sources.length).toBeGreaterThan(300);
});
