// Checks what is about to be committed: format and lint of the staged files, and the unit tests related to them.
// `npm run hooks` installs it.
import { execFileSync, spawnSync } from 'node:child_process';

const git = ['diff', '--cached', '--name-only', '--diff-filter=ACMR', '-z'];
const staged = execFileSync('git', git, { encoding: 'utf8' }).split('\0').filter(Boolean);
const code = staged.filter((file) => /\.([cm]?js|tsx?)$/.test(file));

check(staged, 'prettier', '--check', '--ignore-unknown', '--log-level', 'warn');
check(code, 'oxlint', '--deny-warnings', '--no-error-on-unmatched-pattern');
check(code, 'jest', '--passWithNoTests', '--testPathIgnorePatterns', '<rootDir>/test/', '--findRelatedTests');

function check(files, ...command) {
  if (files.length === 0) return;
  const { status } = spawnSync('npx', ['--no-install', ...command, ...files], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
