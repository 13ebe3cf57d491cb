// Runs every command of the README, CONTRIBUTING and the guide as it stands there: each page in a shell of its own, against one
// server that `npm start` has made on an empty data folder. Only the port and the data folder are replaced.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/server.mjs';
import { bashBlocks, pages } from './blocks.mjs';

const PAGE_TIMEOUT_MS = 120_000;
const START_TIMEOUT_MS = 120_000;
/** Refused requests fail the page; a stream that ends by `--max-time` does not. */
const SHELL = `set -euo pipefail
curl() {
  local status=0
  command curl --fail-with-body "$@" || status=$?
  if [ "$status" = 28 ] && [[ " $* " == *" --max-time "* ]]; then return 0; fi
  return "$status"
}
`;
const BLOCK_MARK = '\u0001';

const dataDir = mkdtempSync(join(tmpdir(), 'baton-docs-'));
const log = join(dataDir, 'npm-start.log');
const port = await freePort();
const base = `http://127.0.0.1:${port}`;

const server = start();
let failures = 0;
try {
  await untilReady();
  checkAdminKey();
  for (const page of process.argv.length > 2 ? process.argv.slice(2) : pages()) await runPage(page);
} catch (error) {
  failures++;
  console.error(`FAILED: ${error.message}\n${readFileSync(log, 'utf8').split('\n').slice(-40).join('\n')}`);
} finally {
  await stop();
}
process.exitCode = failures === 0 ? 0 : 1;

async function runPage(page) {
  const blocks = bashBlocks(page).map((block) => ({ ...block, notRun: block.notRun ?? missing(block.needs) }));
  const run = blocks.filter(({ notRun }) => notRun === null);
  const script = run
    .map(({ lines }, index) => `printf '\\001%s\\n' ${index}\n${localised(lines.join('\n'))}\n`)
    .join('');
  const { code, output } = await bash(SHELL + script);
  const outputs = output.split(BLOCK_MARK).slice(1);
  const faults = [];
  if (code !== 0) faults.push([outputs.length - 1, `ended with status ${code}`]);
  for (const [index, { prints }] of run.entries())
    for (const text of prints)
      if (outputs[index] !== undefined && !outputs[index].includes(text))
        faults.push([index, `does not print "${text}"`]);
  for (const [index, fault] of faults) {
    const { line, lines } = run[index];
    console.error(
      `FAILED: ${page}:${line} ${fault}\n${lines.join('\n')}\n--- its output:\n${outputs[index].slice(0, 4000)}`,
    );
  }
  failures += faults.length;
  console.log(`${page}: ${outputs.length} of ${blocks.length} blocks run`);
  for (const { line, notRun } of blocks) if (notRun !== null) console.log(`  line ${line} not run: ${notRun}`);
}

function missing(program) {
  const isThere = program === null || spawnSync('which', [program]).status === 0;
  return isThere ? null : `${program} is not installed here`;
}

function localised(command) {
  return command.replaceAll('localhost:5000', `localhost:${port}`).replace(/(?<![\w./])data\/(?=\w)/g, `${dataDir}/`);
}

function bash(script) {
  return new Promise((resolve) => {
    // Commands beside the server use its settings.
    const env = { ...process.env, DATA_DIR: dataDir };
    const shell = spawn('bash', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    for (const stream of [shell.stdout, shell.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    const timer = setTimeout(() => endGroup(shell, 'SIGKILL'), PAGE_TIMEOUT_MS);
    shell.on('exit', (code, signal) => {
      clearTimeout(timer);
      endGroup(shell, 'SIGTERM');
      resolve({ code: code ?? signal, output });
    });
  });
}

function start() {
  const file = openSync(log, 'w');
  const env = { ...process.env, PORT: String(port), DATA_DIR: dataDir };
  return spawn('npm', ['start'], { detached: true, stdio: ['ignore', file, file], env });
}

async function stop() {
  const ended = server.exitCode === null ? new Promise((resolve) => server.once('exit', resolve)) : null;
  endGroup(server, 'SIGTERM');
  await ended;
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
}

function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nothing of it runs any more.
  }
}

async function untilReady() {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline;) {
    if (server.exitCode !== null) throw new Error('npm start ended');
    const answer = await fetch(`${base}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the server did not get ready');
}

function checkAdminKey() {
  const mode = statSync(join(dataDir, 'admin-api-key')).mode & 0o777;
  if (mode !== 0o600) throw new Error(`the admin key has mode ${mode.toString(8)}`);
}
