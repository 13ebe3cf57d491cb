import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { eventually } from './eventually.js';
import { freePort } from './server.mjs';

const SERVERS = ['mariadbd', '/usr/sbin/mariadbd'];
const USER = 'tls';

/** The server's program, if it and what its data and its certificates are made by are installed. */
export const MARIADBD =
  [
    ['mariadb-install-db', '--help'],
    ['openssl', 'version'],
  ].every(([name, word]) => isInstalled(name!, word!)) && SERVERS.find((name) => isInstalled(name, '--version'));

/** A MariaDB of its own in a temporary folder that takes nothing but TLS, with a certificate of an authority made for it. */
export class TlsDatabase {
  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly server: ChildProcess,
  ) {}

  static async start(): Promise<TlsDatabase> {
    const folder = mkdtempSync(join(tmpdir(), 'baton-tls-'));
    const data = join(folder, 'data');
    const isRoot = process.getuid?.() === 0;
    const user = isRoot ? ['--user=root'] : [];
    writeCertificates(folder);
    execFileSync(
      'mariadb-install-db',
      ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', ...user],
      { stdio: 'ignore' },
    );
    const begin = join(folder, 'begin.sql');
    writeFileSync(
      begin,
      `CREATE DATABASE baton;\nCREATE USER '${USER}'@'127.0.0.1' IDENTIFIED BY 'secret';\nGRANT ALL ON baton.* TO '${USER}'@'127.0.0.1';\n`,
    );
    const port = await freePort();
    const server = spawn(
      MARIADBD || '',
      [
        '--no-defaults',
        `--datadir=${data}`,
        `--socket=${join(folder, 'socket')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--skip-name-resolve',
        '--require-secure-transport=ON',
        `--ssl-ca=${join(folder, 'ca.pem')}`,
        `--ssl-cert=${join(folder, 'server.pem')}`,
        `--ssl-key=${join(folder, 'server.key')}`,
        `--init-file=${begin}`,
        '--innodb-buffer-pool-size=16M',
        '--innodb-log-file-size=8M',
        ...user,
      ],
      { stdio: 'ignore' },
    );
    const database = new TlsDatabase(folder, port, server);
    await eventually(() => database.answers());
    return database;
  }

  /** With the settings after the question mark. */
  url(settings: Record<string, string>, host = '127.0.0.1'): string {
    const query = new URLSearchParams(settings).toString();
    return `mysql://${USER}:secret@${host}:${this.port}/baton${query && `?${query}`}`;
  }

  /** `ca.pem`, or `other.pem`, which is the certificate of another authority. */
  file(name: 'ca.pem' | 'other.pem'): string {
    return join(this.folder, name);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.server.once('exit', resolve));
    this.server.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    if (this.server.exitCode !== null) throw new Error('The database server has ended.');
    const target = { host: '127.0.0.1', port: this.port, user: USER, password: 'secret', database: 'baton' };
    const connection = await createConnection({ ...target, ssl: { rejectUnauthorized: false } }).catch(() => null);
    await connection?.end();
    return connection !== null;
  }
}

function writeCertificates(folder: string): void {
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['ca', 'other'])
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    );
  // For a name, so that the address by which it is called is none that it proves.
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=db.example.com');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-out',
    'server.pem',
  );
}

function isInstalled(program: string, word: string): boolean {
  return spawnSync(program, [word], { stdio: 'ignore' }).error === undefined;
}
