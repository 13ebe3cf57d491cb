// Limits that keep the code easy to navigate: files per folder, lines per file, dependencies per class.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import ts from 'typescript';

const FILES_PER_FOLDER = 20;
const LINES_PER_FILE = 300;
const CONSTRUCTOR_PARAMETERS = 8;

const ROOTS = ['apps', 'libs', 'packages', 'test', 'tools', 'examples'];
const SOURCE = /\.(tsx?|[cm]?js|css|sh)$/;
const SPEC = /[.-]spec\.tsx?$/;
/** Generated, or written once and never edited again. */
const EXEMPT = /(^packages\/client\/src\/generated\/|\/migrations\/)/;

const git = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...ROOTS];
const files = execFileSync('git', git, { encoding: 'utf8' })
  .split('\0')
  .filter((path) => SOURCE.test(path) && !EXEMPT.test(path) && existsSync(path));

const faults = [...folderFaults(), ...files.flatMap(fileFaults)];
for (const { path, text } of faults) console.error(`${path}: ${text}`);
if (faults.length > 0) process.exit(1);

function folderFaults() {
  const counts = new Map();
  for (const path of files.filter((each) => !SPEC.test(each)))
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > FILES_PER_FOLDER)
    .map(([path, count]) => ({ path, text: `${count} source files, at most ${FILES_PER_FOLDER} are allowed` }));
}

function fileFaults(path) {
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n').length - 1;
  const tooLong = lines > LINES_PER_FILE ? [`${lines} lines, at most ${LINES_PER_FILE} are allowed`] : [];
  const tooMany = /\.tsx?$/.test(path) ? constructorFaults(path, text) : [];
  return [...tooLong, ...tooMany].map((fault) => ({ path, text: fault }));
}

function constructorFaults(path, text) {
  const faults = [];
  const visit = (node) => {
    if (ts.isConstructorDeclaration(node) && node.parameters.length > CONSTRUCTOR_PARAMETERS)
      faults.push(
        `a constructor with ${node.parameters.length} parameters, at most ${CONSTRUCTOR_PARAMETERS} are allowed`,
      );
    ts.forEachChild(node, visit);
  };
  if (text.includes('constructor(')) visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return faults;
}
