import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TOOLS = resolve('node_modules');

/** A customer's project: empty but for what is installed into it. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'baton-package-'));

  constructor() {
    this.write('package.json', JSON.stringify({ name: 'project', private: true, type: 'module' }));
  }

  /** Packs the client as it would be published, and installs it. */
  async install(...others: string[]): Promise<void> {
    await run('npm', ['pack', '--silent', '--workspace', '@baton/client', '--pack-destination', this.folder]);
    const packed = readdirSync(this.folder).find((name) => name.endsWith('.tgz'))!;
    await this.npm('install', '--prefer-offline', '--no-audit', '--no-fund', `./${packed}`, ...others);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Compiles strictly, with the declarations of what is installed. */
  async compile(...names: string[]): Promise<void> {
    const options = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', '--strict'];
    await this.node(join(TOOLS, 'typescript/bin/tsc'), ...options, ...names);
  }

  /** Bundles for the browser; returns the script. */
  async bundle(name: string): Promise<string> {
    const rolldownOptions = { input: name, output: { entryFileNames: '[name].js' } };
    const config = { logLevel: 'silent', build: { target: 'es2022', modulePreload: false, rolldownOptions } };
    this.write('vite.config.js', `export default ${JSON.stringify(config)};`);
    await this.node(join(TOOLS, 'vite/bin/vite.js'), 'build');
    return readFileSync(join(this.folder, 'dist', name), 'utf8');
  }

  /** Returns what the program prints. */
  async node(...args: string[]): Promise<string> {
    try {
      return (await run(process.execPath, args, { cwd: this.folder })).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`node ${args.join(' ')}:\n${stdout}${stderr}`, { cause: error });
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private npm(...args: string[]): Promise<unknown> {
    return run('npm', args, { cwd: this.folder });
  }
}
