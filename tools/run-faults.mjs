/**
 * Runs every suite of faults, one after the other, and says which promises were broken. Takes hours.
 *   node tools/run-faults.mjs [--only text in the name]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const names = Object.keys(scripts).filter((name) => name.startsWith('faults:') && name.includes(values.only));
/** Those that have a database to choose. */
const ON_BOTH = [
  'faults:kill',
  'faults:failpoints',
  'faults:lost',
  'faults:deaf',
  'faults:soak',
  'faults:shutdown',
  'faults:whatsapp',
];

const broken = [];
for (const name of names) {
  for (const db of ON_BOTH.includes(name) ? ['sqlite', 'mariadb'] : ['']) {
    const options = db === '' ? [] : ['--', '--db', db];
    console.log(`\n=== ${name} ${db}`);
    const { status } = spawnSync('npm', ['run', '--silent', name, ...options], { stdio: 'inherit' });
    if (status !== 0) broken.push(`${name} ${db}`.trim());
  }
}
console.log(broken.length === 0 ? '\nEvery promise was kept.' : `\nPromises were broken by: ${broken.join(', ')}.`);
process.exitCode = broken.length === 0 ? 0 : 1;
