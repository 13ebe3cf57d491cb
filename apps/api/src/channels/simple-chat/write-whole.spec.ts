import { transformFileSync } from '@swc/core';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../../../test/support/eventually.js';
import { writeWhole } from './write-whole.js';

const PIECES = 100;
/** A version says its number over and over; one that is cut or mixed shows. */
async function* version(number: number): AsyncGenerator<string> {
  for (let i = 0; i < PIECES; i++) yield `${number}\n`;
}
const versionIn = (text: string): number => {
  const lines = text.trimEnd().split('\n');
  if (lines.length !== PIECES || new Set(lines).size !== 1) throw new Error(`Not whole: ${lines.length} lines`);
  return Number(lines[0]);
};

describe('writeWhole', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'write-whole-'));
    path = join(folder, 'log.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (): string => readFileSync(path, 'utf8');
  /** A program of its own that may write files whole. */
  const program = (code: string): string => {
    const options = { swcrc: false, jsc: { parser: { syntax: 'typescript' as const }, target: 'es2022' as const } };
    writeFileSync(join(folder, 'write-whole.mjs'), transformFileSync(join(__dirname, 'write-whole.ts'), options).code);
    const file = join(folder, 'program.mjs');
    writeFileSync(file, `import { writeWhole } from './write-whole.mjs';\n${code}`);
    return file;
  };

  it('writes a file that only its owner may read, and keeps the mode of one that is there', async () => {
    await writeWhole(path, version(1));
    expect([versionIn(read()), statSync(path).mode & 0o777]).toEqual([1, 0o600]);
    chmodSync(path, 0o644);
    await writeWhole(path, version(2));
    expect([versionIn(read()), statSync(path).mode & 0o777]).toEqual([2, 0o644]);
  });

  it('leaves the old content, and nothing else, when it fails', async () => {
    await writeWhole(path, version(1));
    async function* broken(): AsyncGenerator<string> {
      yield* version(2);
      throw new Error('The database is away.');
    }
    await expect(writeWhole(path, broken())).rejects.toThrow('away');
    expect(versionIn(read())).toBe(1);
    expect(readdirSync(folder)).toEqual(['log.json']);
  });

  it('leaves the old content when only a part of the new one finds room', async () => {
    await writeWhole(path, version(1));
    const writer = program(
      `process.on('SIGXFSZ', () => undefined);
       async function* large() { yield 'x'.repeat(2000); }
       await writeWhole(${JSON.stringify(path)}, large()).catch(({ code }) => console.log(code));`,
    );
    const { stdout } = spawnSync('sh', ['-c', 'ulimit -f 1; exec "$0" "$1"', process.execPath, writer]);
    expect(stdout.toString()).toBe('EFBIG\n');
    expect(versionIn(read())).toBe(1);
  });

  it('mixes nothing when several write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => writeWhole(path, version(i))));
    expect(versionIn(read())).toBeLessThan(20);
    expect(readdirSync(folder)).toEqual(['log.json']);
  });

  it('removes what a killed process has left behind, when that is long ago', async () => {
    const [old, fresh] = [join(folder, '.log.json.a.tmp'), join(folder, '.log.json.b.tmp')];
    for (const leftover of [old, fresh]) writeFileSync(leftover, 'half');
    utimesSync(old, new Date(0), new Date(0));
    await writeWhole(path, version(1));
    expect(readdirSync(folder).toSorted()).toEqual(['.log.json.b.tmp', 'log.json']);
  });

  it('is whole for every reader at every moment, also when the writer is killed', async () => {
    const writer = program(
      `async function* version(number) { for (let i = 0; i < ${PIECES}; i++) yield number + '\\n'; }
       for (let number = Number(process.argv[2]); ; number++) await writeWhole(${JSON.stringify(path)}, version(number));`,
    );
    await writeWhole(path, version(0));
    for (let kill = 0; kill < 5; kill++) {
      const before = versionIn(read());
      const child = spawn(process.execPath, [writer, String(before + 1)], { stdio: 'ignore' });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      // Every look fails the test when what it sees is not whole.
      await eventually(() => versionIn(read()) >= before + 3);
      child.kill('SIGKILL');
      await gone;
      expect(versionIn(read())).toBeGreaterThanOrEqual(before + 3);
    }
  });
});
