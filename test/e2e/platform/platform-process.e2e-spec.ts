import { transformFile } from '@swc/core';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { eventually } from '../../support/eventually.js';

const ROOT = join(__dirname, '../../..');
const SERVER = join(ROOT, 'apps/api/src/server');

/** Stands in for the whole server, whose process these modules end. */
const PROGRAM = `
  import { endWithNpm } from './parent-watch.mjs';
  import { endInTime } from './shutdown-deadline.mjs';
  setInterval(() => undefined, 1000);
  await endWithNpm();
  if (process.argv[2] === 'hanging') process.on('SIGTERM', () => console.log('told')), endInTime(0);
  else process.on('SIGTERM', () => process.exit());
  console.log('pid', process.pid);
`;

const started: number[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-process-'));
  for (const name of ['parent-watch', 'shutdown-deadline']) {
    const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } } as const;
    const { code } = await transformFile(join(SERVER, `${name}.ts`), { ...options, swcrc: false });
    await writeFile(join(folder, `${name}.mjs`), code);
  }
  await writeFile(join(folder, 'program.mjs'), PROGRAM);
  const scripts = { start: 'node program.mjs' };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'program', version: '1.0.0', scripts }));
});
afterAll(async () => {
  for (const pid of started.filter(isAlive)) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

type Child = ChildProcessByStdio<null, Readable, null>;
const run = (command: string, ...args: string[]): Child =>
  spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });

async function pidOf(child: Child): Promise<number> {
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const pid = Number((await eventually(() => /^pid (\d+)$/m.exec(output)))![1]);
  started.push(pid);
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const describeOnPosix = process.platform === 'win32' ? describe.skip : describe;

describeOnPosix('the process of the server', () => {
  it('ends when npm, which started it, is told to', async () => {
    const npm = run('npm', 'start');
    const pid = await pidOf(npm);
    expect(isAlive(pid)).toBe(true);
    npm.kill('SIGTERM');
    await eventually(() => !isAlive(pid));
  });

  it('ends when it is told to, although something hangs', async () => {
    const child = run(process.execPath, 'program.mjs', 'hanging');
    await pidOf(child);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
  });

  it('is one with what npm runs: a script within a script would be left behind', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const name of ['start', 'start:prod']) expect(scripts[name]).toMatch(/^node [^&|;]+$/);
  });
});
