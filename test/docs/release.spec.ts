import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const SCRIPT = resolve('tools/release.mjs');
const WHO = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'a@b.c',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'a@b.c',
};
const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-11-21\n\n- The start.\n';

describe('npm run release', () => {
  let folder: string;

  const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const versionIn = (file: string): unknown => (JSON.parse(read(file)) as { version: unknown }).version;
  const write = (file: string, content: unknown): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const release = (...args: string[]) =>
    spawnSync(process.execPath, [SCRIPT, ...args], { cwd: folder, encoding: 'utf8', env: { ...process.env, ...WHO } });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-release-'));
    const openapi = `node -e "require('fs').writeFileSync('openapi.json', require('./package.json').version)"`;
    write('package.json', { version: '0.1.0', scripts: { openapi, 'format:check': 'node --version' } });
    write('packages/client/package.json', { version: '0.1.0' });
    write('package-lock.json', { version: '0.1.0', packages: { '': { version: '0.1.0' } } });
    write('CHANGELOG.md', CHANGELOG);
    for (const file of ['openapi.json', 'asyncapi.json', 'packages/client/src/index.ts']) write(file, '0.1.0');
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    git('add', '.');
    execFileSync('git', ['commit', '--quiet', '--message', 'Start'], { cwd: folder, env: { ...process.env, ...WHO } });
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('sets the version everywhere, dates the changelog, commits and tags', () => {
    expect(release('0.2.0')).toMatchObject({ status: 0 });
    expect(['package.json', 'packages/client/package.json', 'package-lock.json'].map(versionIn)).toEqual(
      Array(3).fill('0.2.0'),
    );
    expect(read('openapi.json')).toBe('0.2.0');
    expect(read('CHANGELOG.md')).toMatch(
      /## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n### Added\n\n- A thing\.\n\n## \[0\.1\.0\]/,
    );
    expect(git('status', '--porcelain')).toBe('');
    expect(git('log', '-1', '--format=%s%d')).toContain('Release 0.2.0');
    expect(git('tag', '--list', '--format=%(contents)')).toContain('Baton 0.2.0\n\n### Added\n\n- A thing.');
  });

  it('changes nothing in a dry run', () => {
    const { status, stdout } = release('0.2.0', '--dry-run');
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('- A thing.') });
    expect(git('status', '--porcelain') + git('tag')).toBe('');
    expect(read('CHANGELOG.md')).toBe(CHANGELOG);
  });

  it.each([
    ['no version', []],
    ['a word', ['next']],
    ['the same version', ['0.1.0']],
    ['an older version', ['0.0.9']],
  ])('refuses %s', (_what, args) => {
    expect(release(...args)).toMatchObject({ status: 1 });
    expect(git('status', '--porcelain') + git('tag')).toBe('');
  });

  it('refuses a tree with changes, an empty changelog and a version that is tagged', () => {
    write('note.txt', 'changed');
    expect(release('0.2.0').stderr).toContain('Commit or stash');
    rmSync(join(folder, 'note.txt'));
    git('tag', 'v0.2.0');
    expect(release('0.2.0').stderr).toContain('tagged already');
    write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-11-21\n');
    expect(release('0.3.0', '--dry-run').stderr).toContain('says nothing');
  });
});
