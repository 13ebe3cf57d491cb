import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['.', 'apps', 'docs', 'examples', 'libs', 'packages', 'test', 'tools'].filter((path) =>
  existsSync(path),
);
const TEXT = /\.(tsx?|mjs|md)$/;
const BUILT = /(^|\/)(node_modules|dist)\//;
/** Vague subjects. A sentence names the one who acts by a term of the glossary, such as agent, customer, caller or client. */
const VAGUE = /(?<![a-z])(nobody|somebody|anybody|whoever|anew)(?![a-z])/i;
/** Names that the glossary has replaced by the field's own: customer, agent and owner; accept, requestHandoff, transition, revoke, … */
const REPLACED =
  /(?<![a-z])holders?(?![a-z])|isHolder|[a-z]Holder|HeldChat|passBaton|takeIn(?![a-z])|wishFor|fenceOff|leaveRepeated|lookAgain|giveBack/;
/** These have to list the words. */
const EXCEPTIONS = new Set(['test/docs/words.spec.ts', 'docs/glossary.md']);

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' }).map((name) => join(folder, name)),
).filter((path) => TEXT.test(path) && !BUILT.test(path) && !EXCEPTIONS.has(path));

it.each([
  ['name their subjects in plain terms', VAGUE],
  ['use the terms of the glossary', REPLACED],
])('sources and documentation %s', (_name, words) => {
  const found = sources.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) => (words.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
  expect(sources.length).toBeGreaterThan(500);
});
