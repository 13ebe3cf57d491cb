import type { DataSource } from 'typeorm';

/** The handful of places where raw SQL differs between the engines. */
export interface Dialect {
  readonly isSqlite: boolean;
  /** The database's clock, the only one that all instances share. */
  readonly now: string;
  /** The database's clock plus some milliseconds. */
  readonly nowPlus: (milliseconds: number) => string;
  /** Appended to a SELECT inside a transaction whose rows will be written. SQLite holds the whole database by then. */
  readonly forUpdate: string;
  /** Appended to a SELECT whose rows must not change until this transaction ends. */
  readonly forShare: string;
  /**
   * Whether a lock on a row holds on the server that it was taken on only. A cluster whose nodes are all written to (Galera) compares what
   * transactions have changed when they commit: of two that changed the same row, one is refused.
   */
  readonly areLocksLocal: boolean;
  /** Appended to a table in a SELECT: the index that it is read in, whatever the engine believes of its rows. */
  readonly byIndex: (name: string) => string;
  /** Appended to an INSERT: rows whose key is there already get the new values of the columns. */
  readonly orUpdate: (key: string, columns: readonly string[]) => string;
}

const SQLITE: Dialect = {
  isSqlite: true,
  now: `strftime('%Y-%m-%d %H:%M:%f', 'now')`,
  nowPlus: (milliseconds) => `strftime('%Y-%m-%d %H:%M:%f', 'now', '${(milliseconds / 1000).toFixed(3)} seconds')`,
  forUpdate: '',
  forShare: '',
  areLocksLocal: false,
  byIndex: (name) => ` INDEXED BY ${name}`,
  orUpdate: (key, columns) =>
    ` ON CONFLICT (${key}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
};

const MYSQL: Dialect = {
  isSqlite: false,
  now: 'UTC_TIMESTAMP(3)',
  nowPlus: (milliseconds) => `UTC_TIMESTAMP(3) + INTERVAL ${Math.round(milliseconds * 1000)} MICROSECOND`,
  forUpdate: ' FOR UPDATE',
  forShare: ' LOCK IN SHARE MODE',
  areLocksLocal: false,
  byIndex: (name) => ` FORCE INDEX (${name})`,
  orUpdate: (_, columns) =>
    ` ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = VALUES(${column})`).join(', ')}`,
};

const CLUSTER: Dialect = { ...MYSQL, areLocksLocal: true };
const clusters = new WeakSet<DataSource>();

/** The database is one of several nodes that are all written to. */
export const markAsCluster = (dataSource: DataSource): unknown => clusters.add(dataSource);

export function dialectOf(dataSource: DataSource): Dialect {
  if (dataSource.options.type === 'better-sqlite3') return SQLITE;
  return clusters.has(dataSource) ? CLUSTER : MYSQL;
}

/** A Date as raw SQL takes it on every engine: UTC, milliseconds. */
export const toSqlTime = (date: Date): string => date.toISOString().slice(0, 23).replace('T', ' ');

/** A time as raw SQL gives it back: text from SQLite, a Date from MySQL and MariaDB. */
export const fromSqlTime = (value: string | Date): Date =>
  value instanceof Date ? value : new Date(`${value.replace(' ', 'T')}Z`);

/** A json column as raw SQL gives it back: text on every engine (the connection asks MySQL for text). */
export const fromSqlJson = <T>(value: string): T => JSON.parse(value) as T;

/** How a blob comes back depends on the engine. */
export type SqlBytes = Uint8Array | ArrayBuffer;
export const fromSqlBytes = (value: SqlBytes): Buffer => Buffer.from(value as Uint8Array);

/** `?, ?, ?` for an `IN (…)`. */
export const placeholders = (count: number): string => Array.from({ length: count }, () => '?').join(', ');
