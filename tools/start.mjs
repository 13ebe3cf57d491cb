// Builds, then becomes the server: one process, so that what ends `npm start` ends the server.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const parent = process.ppid;
const { status } = spawnSync('npm run --silent build', { stdio: 'inherit', shell: true });
if (status !== 0) process.exit(status ?? 1);
if (process.ppid === parent) {
  process.setSourceMapsEnabled(true);
  await import('../dist/apps/api/src/main.js');
}
