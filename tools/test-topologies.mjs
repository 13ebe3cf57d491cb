/**
 * The same e2e suites on what an installation can be made of. Several instances stand behind a proxy that gives each request to the
 * next one.
 *   node tools/test-topologies.mjs [--short] [--only sqlite|mariadb|two|redis] [suites …]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { TEST_MYSQL_URL = 'mysql://root@127.0.0.1:3306', TEST_REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;
const MARIADB = { TEST_MYSQL_URL };
const TOPOLOGIES = {
  sqlite: { name: 'SQLite × 1', settings: {} },
  mariadb: { name: 'MariaDB × 1', settings: MARIADB },
  two: { name: 'MariaDB × 2', settings: { ...MARIADB, TEST_INSTANCES: '2' } },
  redis: { name: 'MariaDB × 2 and Redis', settings: { ...MARIADB, TEST_INSTANCES: '2', TEST_REDIS_URL } },
};

/** Suites of what every reader, customer and agent relies on, whichever instance they meet. */
const SHORT = ['chats/turns', 'simple-chat/simple-chat-takeover'];

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean' }, only: { type: 'string', default: '' } },
  allowPositionals: true,
});
const suites =
  positionals.length > 0 ? positionals : values.short ? SHORT.map((name) => `test/e2e/${name}`) : ['test/e2e'];
const failed = [];
for (const [key, { name, settings }] of Object.entries(TOPOLOGIES)) {
  if (values.only !== '' && values.only !== key) continue;
  console.log(`\n=== ${name}`);
  const { TEST_MYSQL_URL: _database, TEST_REDIS_URL: _redis, ...inherited } = process.env;
  const { status } = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', ...suites], {
    env: { ...inherited, ...settings },
    stdio: 'inherit',
  });
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\nEvery topology passes.' : `\nFailed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
