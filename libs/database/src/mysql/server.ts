import { adoptDatabaseTime, readDatabaseUrl } from '@app/common';
import { Logger } from '@nestjs/common';
import type { Connection, ConnectionOptions, RowDataPacket, SslOptions } from 'mysql2/promise';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { markAsCluster } from '../dialect.js';
import { openedPool, type PoolConnection } from './pool.js';
import { firstConnection, tlsOptions } from './tls.js';
import { SilenceWatch } from './silence-watch.js';

type ServerOptions = Extract<DataSourceOptions, { type: 'mysql' | 'mariadb' }>;

const MEBIBYTE = 1024 * 1024;
const MIN_PACKET = 4 * MEBIBYTE;
const CONNECT_TIMEOUT_MS = 3000;
const KEEP_ALIVE_AFTER_MS = 10_000;
const READ_TIME_EVERY_MS = 60_000;
const PROMPT_MS = 500;
/** Set on every connection: what the code relies on must not depend on the server's defaults. */
const SESSION = [
  `SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SET SESSION innodb_lock_wait_timeout = 5',
];
/** An instance that freezes in a transaction keeps its locks no longer than others wait for them. MySQL has no such setting. */
const SESSION_OF_MARIADB = [...SESSION, 'SET SESSION idle_transaction_timeout = 4'];
/** What was acknowledged by another node is seen by reading. */
const SESSION_OF_GALERA = [...SESSION_OF_MARIADB, 'SET SESSION wsrep_sync_wait = 1'];

/** Connection options for the server behind the URL; MySQL and MariaDB are told apart by asking it. */
export async function serverOptions(url: string, poolSize: number): Promise<ServerOptions> {
  const { tls, ...target } = readDatabaseUrl(url);
  const ssl = tlsOptions(tls);
  const connection = await firstConnection({ ...target, ...(ssl && { ssl }) });
  try {
    return {
      type: await checkServer(connection),
      host: target.host,
      port: target.port,
      username: target.user,
      password: target.password,
      database: target.database,
      ssl,
      // What is no column is compared by its characters, as on SQLite: without regard to case or accents only where a query says so.
      charset: 'utf8mb4_bin',
      timezone: 'Z',
      poolSize,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // Counts and sums of integers come as numbers, as they do from SQLite.
      bigNumberStrings: false,
      // Quiet connections are asked after by the operating system, so that a gateway does not forget them.
      extra: { jsonStrings: true, enableKeepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS },
    };
  } finally {
    await connection.end();
  }
}

/** Connects, prepares every connection, and watches that the server answers. */
export async function connectServer(dataSource: DataSource): Promise<DataSource> {
  await dataSource.initialize();
  const { pool, first } = await openedPool(dataSource);
  // Over the first connection: another one would open unprepared.
  const isCluster = await isGalera(first);
  if (isCluster) markAsCluster(dataSource);
  const session = isCluster ? SESSION_OF_GALERA : dataSource.options.type === 'mariadb' ? SESSION_OF_MARIADB : SESSION;
  const prepare = (connection: PoolConnection): void => {
    for (const statement of session) connection.query(statement);
  };
  const reading = setInterval(() => void readTime(dataSource).catch(() => undefined), READ_TIME_EVERY_MS).unref();
  const watch = new SilenceWatch(pool, first, targetOf(dataSource.options as ServerOptions), report);
  prepare(first);
  pool.on('connection', prepare);
  first.release();
  await readTime(dataSource);
  const destroy = dataSource.destroy.bind(dataSource);
  dataSource.destroy = async () => {
    watch.stop();
    clearInterval(reading);
    await destroy();
  };
  return dataSource;
}

/** What answers late tells little of the time. */
async function readTime(dataSource: DataSource): Promise<void> {
  const askedAt = performance.now();
  const rows = await dataSource.query<{ time: Date }[]>('SELECT UTC_TIMESTAMP(3) AS time');
  if (performance.now() - askedAt < PROMPT_MS) adoptDatabaseTime(rows[0]!.time);
}

/** Several nodes of a cluster, each of which takes writes. */
const isGalera = (connection: PoolConnection): Promise<boolean> =>
  new Promise((resolve, reject) => {
    connection.query("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'", (error: Error | null, rows?: { Value: string }[]) =>
      error === null ? resolve(rows?.[0]?.Value === 'ON') : reject(error),
    );
  });

function report(isSilent: boolean): void {
  const logger = new Logger('Database');
  if (isSilent) logger.error('The database does not answer; requests are refused until it does.');
  else logger.log('The database answers again.');
}

const targetOf = ({ host, port, username, password, database, ssl }: ServerOptions): ConnectionOptions => ({
  host,
  port,
  user: username,
  password,
  database,
  ...(ssl && { ssl: ssl as SslOptions }),
});

interface Variables extends RowDataPacket {
  version: string;
  packet: number | string;
  flush: number | string;
  engine: string;
  /** Collations of tables that cannot hold every text; null when there are none. */
  letters: string | null;
}

/** Refuses a server on which the promises cannot be kept, naming every setting that is in the way. */
async function checkServer(connection: Connection): Promise<'mysql' | 'mariadb'> {
  const [rows] = await connection.query<Variables[]>(
    "SELECT VERSION() AS version, @@max_allowed_packet AS packet, @@innodb_flush_log_at_trx_commit AS flush, @@default_storage_engine AS engine, (SELECT GROUP_CONCAT(DISTINCT table_collation) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_collation NOT LIKE 'utf8mb4%') AS letters",
  );
  const { version, packet, flush, engine, letters } = rows[0]!;
  const isMariaDb = /mariadb/i.test(version);
  const [major, minor] = version.split('.').map(Number) as [number, number];
  const isNewEnough = isMariaDb ? major > 10 || (major === 10 && minor >= 6) : major >= 8;
  const faults = [
    !isNewEnough && `version ${version} is too old (MariaDB 10.6 or MySQL 8.0 is needed)`,
    Number(packet) < MIN_PACKET && `max_allowed_packet is ${packet} (at least ${MIN_PACKET} is needed)`,
    Number(flush) !== 1 &&
      `innodb_flush_log_at_trx_commit is ${flush} (1 is needed: an acknowledged write must survive a crash)`,
    letters !== null &&
      `the database has tables in ${letters}, which cannot hold every text (export them, and import them into a database in utf8mb4)`,
    engine.toLowerCase() !== 'innodb' && `default_storage_engine is ${engine} (InnoDB is needed)`,
  ].filter((fault) => fault !== false);
  if (faults.length > 0) throw new Error(`The database server cannot be used: ${faults.join('; ')}.`);
  return isMariaDb ? 'mariadb' : 'mysql';
}
