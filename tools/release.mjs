// Makes a release: npm run release -- 1.2.0 [--dry-run]
// Sets the version everywhere, moves what is Unreleased in the changelog below it, regenerates the documents, commits and tags.
// --dry-run prints the changelog of the release and changes nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const CHANGELOG = 'CHANGELOG.md';
const PACKAGES = ['package.json', 'packages/client/package.json'];
const LOCK = 'package-lock.json';
const CHANGED = [CHANGELOG, LOCK, ...PACKAGES, 'openapi.json', 'asyncapi.json', 'packages/client/src'];
const SEMVER = /^(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?$/;
const UNRELEASED = '## [Unreleased]';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { 'dry-run': { type: 'boolean' } } });
const [version = ''] = positionals;
const isDryRun = values['dry-run'] === true;

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

function fail(message) {
  console.error(message);
  process.exit(1);
}

function isNewer(next, current) {
  const [a, b] = [next, current].map((each) => SEMVER.exec(each).slice(1, 4).map(Number));
  const first = a.findIndex((number, index) => number !== b[index]);
  return first === -1 ? next !== current && current.includes('-') : a[first] > b[first];
}

/** The changelog with a new section for the release, and the text of that section. */
function releaseChangelog(text, day) {
  const start = text.indexOf(UNRELEASED);
  if (start === -1) fail(`${CHANGELOG} has no section ${UNRELEASED}`);
  const from = start + UNRELEASED.length;
  const next = text.indexOf('\n## ', from);
  const notes = text.slice(from, next === -1 ? undefined : next).trim();
  if (notes === '') fail(`${CHANGELOG} says nothing under ${UNRELEASED}`);
  const rest = next === -1 ? '' : text.slice(next + 1);
  return { notes, changelog: `${text.slice(0, from)}\n\n## [${version}] - ${day}\n\n${notes}\n\n${rest}` };
}

function setVersion(file, set) {
  const json = readJson(file);
  set(json);
  writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`);
}

const current = readJson('package.json').version;
if (!SEMVER.test(version)) fail('Give the new version, for example: npm run release -- 1.2.0');
if (!isNewer(version, current)) fail(`${version} is not newer than ${current}`);
if (git('tag', '--list', `v${version}`) !== '') fail(`v${version} is tagged already`);
if (!isDryRun && git('status', '--porcelain') !== '') fail('Commit or stash what has changed first');

const { notes, changelog } = releaseChangelog(readFileSync(CHANGELOG, 'utf8'), new Date().toISOString().slice(0, 10));
if (isDryRun) {
  console.log(`Would release ${version} (now ${current}):\n\n${notes}`);
  process.exit(0);
}

writeFileSync(CHANGELOG, changelog);
for (const file of PACKAGES) setVersion(file, (json) => (json.version = version));
setVersion(LOCK, (lock) => {
  lock.version = version;
  for (const folder of ['', 'packages/client']) if (lock.packages[folder]) lock.packages[folder].version = version;
});
execFileSync('npm', ['run', '--silent', 'openapi'], { stdio: 'inherit' });
execFileSync('npm', ['run', '--silent', 'format:check'], { stdio: 'inherit' });
git('add', '--', ...CHANGED);
git('commit', '--message', `Release ${version}`);
git('tag', '--annotate', '--cleanup=whitespace', `v${version}`, '--message', `Baton ${version}\n\n${notes}`);
console.log(`Released ${version}. Publish it with: git push --follow-tags`);
