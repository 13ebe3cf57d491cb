import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';

const MAIN = 'dist/apps/api/src/main.js';
export const ADMIN_KEY = 'bt_faults_and_bench_0123456789abcdef0123456789';
const READY_WITHIN_MS = 180_000;
const STOP_WITHIN_MS = 30_000;
const CLOCK_TICKS_PER_SECOND = 100;

/** Whatever is still running when this program ends, however it ends, goes with it. */
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * Starts a Node program. It runs on the given cores only, when the machine can do that (`taskset`).
 * @param {string[]} args what follows `node`
 */
export function spawnNode(args, { env = {}, cores = null, stdio = ['ignore', 'pipe', 'pipe'] } = {}) {
  const command = cores === null ? [process.execPath, ...args] : ['taskset', '-c', cores, process.execPath, ...args];
  const own = { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR };
  const child = spawn(command[0], command.slice(1), { env: { ...own, ...env }, stdio });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** A started program whose time and memory can be read, and which can be stopped or killed. */
export class ProgramProcess {
  constructor(child) {
    this.child = child;
    this.output = '';
    this.exited = new Promise((resolve) => child.once('exit', resolve));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (this.output = (this.output + text).slice(-1_000_000)));
    }
  }

  get pid() {
    return this.child.pid;
  }

  get hasExited() {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resident memory in bytes. */
  get rss() {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? [0, 0];
    return Number(kilobytes) * 1024;
  }

  /** Seconds of processor time so far, in user and kernel mode. */
  get cpuSeconds() {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  }

  /** Resolves with the first line of the output that matches. */
  async line(pattern) {
    while (!pattern.test(this.output)) {
      if (this.hasExited) throw new Error(`The program has ended:\n${this.output}`);
      await delay(10);
    }
    return pattern.exec(this.output);
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async stop() {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.exited;
    clearTimeout(timer);
  }
}

/** The built server as a process of its own that can die and come back to the same data, at the same address. */
export class BatonServer {
  #options;
  #ownsDataDir;

  /** @param {{ providerUrl: string, databaseUrl?: string, redisUrl?: string, dataDir?: string, env?: object, cores?: string, nodeArgs?: string[], stdio?: string[] }} options */
  constructor(options) {
    this.#options = options;
    this.#ownsDataDir = options.dataDir === undefined;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'baton-'));
    this.process = null;
    this.port = 0;
    /** From the spawn to the first positive answer of /health/ready, in milliseconds. */
    this.startMs = 0;
  }

  static async start(options) {
    const server = new BatonServer(options);
    await server.start();
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    if (this.port === 0) this.port = await freePort();
    const { nodeArgs = [], cores = null, stdio } = this.#options;
    const startedAt = performance.now();
    this.process = new ProgramProcess(spawnNode([...nodeArgs, MAIN], { env: this.#environment(), cores, stdio }));
    await this.#untilReady(startedAt);
    this.startMs = performance.now() - startedAt;
  }

  kill() {
    return this.process.kill();
  }

  /** Ends the process; what it stored stays for the next {@link start}. */
  stop() {
    return this.process.stop();
  }

  /** Ends the process and removes a data folder of our own. */
  async dispose() {
    if (this.process && !this.process.hasExited) await this.process.stop();
    if (this.#ownsDataDir) rmSync(this.dataDir, { recursive: true, force: true });
  }

  #environment() {
    const { providerUrl, databaseUrl = '', redisUrl = '', env = {} } = this.#options;
    return {
      NODE_ENV: 'production',
      PORT: String(this.port),
      DATA_DIR: this.dataDir,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      ADMIN_API_KEY: ADMIN_KEY,
      // Instances on one database must read each other's secrets.
      ENCRYPTION_KEY: '5f'.repeat(32),
      THROTTLE_LIMIT: '0',
      THROTTLE_ANONYMOUS_LIMIT: '0',
      LOG_LEVEL: 'error',
      PROVIDER_BREAKER_FAILURES: '0',
      OPENAI_API_KEY: 'test',
      OPENAI_BASE_URL: providerUrl,
      OPENAI_MODEL: 'fake-large',
      ...env,
    };
  }

  async #untilReady(startedAt) {
    while (performance.now() - startedAt < READY_WITHIN_MS) {
      if (this.process.hasExited) throw new Error(`The server has ended:\n${this.process.output}`);
      const answer = await fetch(`${this.url}/health/ready`).catch(() => null);
      await answer?.arrayBuffer();
      if (answer?.status === 200) return;
      await delay(10);
    }
    throw new Error(`The server was not ready in time:\n${this.process.output}`);
  }
}

/** An empty database of its own on the MariaDB (or MySQL) server of `TEST_MYSQL_URL`. */
export async function freshMariaDb(prefix) {
  const server = process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306/';
  const name = `baton_${prefix}_${randomBytes(5).toString('hex')}`;
  const query = async (sql) => {
    const connection = await createConnection(server);
    await connection.query(sql);
    await connection.end();
  };
  await query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => query(`DROP DATABASE IF EXISTS ${name}`) };
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
