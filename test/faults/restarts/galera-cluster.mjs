import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { freePort } from '../../support/server.mjs';

const PROVIDER = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera-4/libgalera_smm.so'].find(existsSync);
/** As root neither the server nor the copying of a node's data works. */
const USER = userInfo().uid === 0 ? 'mysql' : userInfo().username;
const SYNCED_WITHIN_MS = 300_000;
const LOOK_MS = 100;

/** Nodes of a MariaDB Galera cluster on this machine, each with a folder and ports of its own. */
export class GaleraCluster {
  static get isInstalled() {
    return PROVIDER !== undefined;
  }

  /** @returns a cluster of so many nodes, which all have joined */
  static async start(size) {
    const cluster = new GaleraCluster();
    cluster.folder = mkdtempSync(join(tmpdir(), 'baton-galera-'));
    chmodSync(cluster.folder, 0o755);
    const ports = async () => ({
      sql: await freePort(),
      group: await freePort(),
      ist: await freePort(),
      sst: await freePort(),
    });
    const all = [];
    for (let index = 0; index < size; index++) all.push(await ports());
    const address = `gcomm://${all.map(({ group }) => `127.0.0.1:${group}`).join(',')}`;
    cluster.nodes = all.map((own, index) => new GaleraNode(join(cluster.folder, `node${index + 1}`), own, address));
    process.on('exit', () => cluster.nodes.forEach(({ child }) => child?.kill('SIGKILL')));
    for (const [index, node] of cluster.nodes.entries()) await node.start(index === 0);
    return cluster;
  }

  async stop() {
    for (const node of this.nodes) await node.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

class GaleraNode {
  child = null;

  constructor(folder, ports, address) {
    this.folder = folder;
    this.ports = ports;
    this.address = address;
  }

  urlOf(database) {
    return `mysql://root@127.0.0.1:${this.ports.sql}/${database}`;
  }

  /** Starts the process and waits until it has joined; the first node of a new cluster founds it. */
  async start(isFounder = false) {
    const data = join(this.folder, 'data');
    if (!existsSync(data)) {
      mkdirSync(data, { recursive: true });
      execFileSync('mariadb-install-db', [
        '--no-defaults',
        `--datadir=${data}`,
        `--user=${USER}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
      ]);
    }
    const { sql, group, ist, sst } = this.ports;
    const timeouts = 'evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT3S;evs.inactive_timeout=PT6S';
    const groupOptions = `gmcast.listen_addr=tcp://127.0.0.1:${group};ist.recv_addr=127.0.0.1:${ist};gcache.size=64M;${timeouts}`;
    this.child = spawn(
      'mariadbd',
      [
        '--no-defaults',
        `--datadir=${data}`,
        `--socket=${join(data, 'socket')}`,
        `--pid-file=${join(data, 'node.pid')}`,
        `--log-error=${join(data, 'node.err')}`,
        `--user=${USER}`,
        `--port=${sql}`,
        '--bind-address=127.0.0.1',
        '--binlog-format=ROW',
        '--innodb-autoinc-lock-mode=2',
        '--innodb-buffer-pool-size=64M',
        '--innodb-log-file-size=32M',
        '--max-connections=200',
        '--wsrep-on=ON',
        `--wsrep-provider=${PROVIDER}`,
        `--wsrep-provider-options=${groupOptions}`,
        `--wsrep-cluster-address=${this.address}`,
        `--wsrep-node-address=127.0.0.1:${group}`,
        '--wsrep-sst-method=rsync',
        `--wsrep-sst-receive-address=127.0.0.1:${sst}`,
        ...(isFounder ? ['--wsrep-new-cluster'] : []),
      ],
      { stdio: 'ignore' },
    );
    await this.untilSynced();
  }

  async untilSynced() {
    for (const giveUpAt = performance.now() + SYNCED_WITHIN_MS; performance.now() < giveUpAt; await delay(LOOK_MS)) {
      if (this.child.exitCode !== null)
        throw new Error(`A node has ended; ${join(this.folder, 'data', 'node.err')} says why.`);
      if ((await this.state().catch(() => null)) === 'Synced') return;
    }
    throw new Error('A node has not joined in time.');
  }

  async state() {
    const [[row]] = await this.query("SHOW STATUS LIKE 'wsrep_local_state_comment'");
    return row.Value;
  }

  async query(sql) {
    const connection = await createConnection({
      uri: `mysql://root@127.0.0.1:${this.ports.sql}`,
      connectTimeout: 2000,
    });
    try {
      return await connection.query(sql);
    } finally {
      connection.destroy();
    }
  }

  /** Cuts the node off from the others, or lets it back. */
  async isolate(isCutOff) {
    await this.query(`SET GLOBAL wsrep_provider_options = 'gmcast.isolate=${Number(isCutOff)}'`);
  }

  async kill() {
    if (this.child === null || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
