import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['.', 'apps', 'docs', 'examples', 'libs', 'packages', 'test', 'tools'].filter((path) =>
  existsSync(path),
);
const TEXT = /\.(tsx?|mjs|md)$/;
const BUILT = /(^|\/)(node_modules|dist)\//;
/** Vague subjects. A sentence names the one who acts by a term of the glossary, such as agent, customer, caller or client. */
const VAGUE = /(?<![a-z])(nobody|somebody|anybody|whoever|anew)(?![a-z])/i;
/** This file has to list the words. */
const EXCEPTIONS = new Set(['test/docs/words.spec.ts']);

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' }).map((name) => join(folder, name)),
).filter((path) => TEXT.test(path) && !BUILT.test(path) && !EXCEPTIONS.has(path));

it('sources and documentation name their subjects in plain terms', () => {
  const found = sources.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) => (VAGUE.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
  expect(sources.length).toBeGreaterThan(500);
});
