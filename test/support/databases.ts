import { isTransient, migrate, openDataSource } from '@app/database';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { randomBytes } from 'node:crypto';
import { getMetadataArgsStorage } from 'typeorm';
import { MYSQL_URL } from './servers.js';

export interface TestDatabase {
  url: string;
  release(): void;
}

type Table = RowDataPacket & { name: string; next: number | null };

/** Set for the run (name-databases.mjs) and for each worker, which goes through its files one by one. */
const PREFIX = `${process.env.TEST_DATABASES}_${process.env.JEST_WORKER_ID}_`;

/** Creating a table takes a server much longer than emptying it: migrated databases of this worker that are free again. */
let free: string[] | null = null;

/** A migrated database without rows on the server of `TEST_MYSQL_URL`; null when the embedded database is to be used. */
export async function freshDatabase(): Promise<TestDatabase | null> {
  if (MYSQL_URL === '') return null;
  free ??= await connected('', namesInUse);
  const name = (await takeEmptied(free)) ?? (await createMigrated());
  return { url: urlOf(name), release: () => void free?.push(name) };
}

/** A database without tables. */
export async function createDatabase(name = `${process.env.TEST_DATABASES}_${randomName()}`): Promise<string> {
  await connected('', (connection) => connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`));
  return urlOf(name);
}

async function createMigrated(): Promise<string> {
  const name = PREFIX + randomName();
  const databaseUrl = await createDatabase(name);
  const dataSource = await openDataSource({ databaseUrl, dataDir: ':memory:', poolSize: 2 });
  await migrate(dataSource);
  await dataSource.destroy();
  return name;
}

async function namesInUse(connection: Connection): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>('SHOW DATABASES LIKE ?', [
    PREFIX.replaceAll('_', '\\_') + '%',
  ]);
  return rows.flatMap((row) => Object.values(row) as string[]);
}

/** Some tests break their database for good, and in some the server still works for a while: such a one is left. */
async function takeEmptied(names: string[]): Promise<string | undefined> {
  for (let name; (name = names.pop()) !== undefined;) {
    const isEmptied = await connected(name, hasEmptied).catch((error: unknown) => {
      if (isTransient(error)) return false;
      throw error;
    });
    if (isEmptied) return name;
  }
  return undefined;
}

/** Afterwards the numbers begin with 1 again. */
async function hasEmptied(connection: Connection): Promise<boolean> {
  const [tables] = await connection.query<Table[]>(
    `SELECT table_name AS name, auto_increment AS next FROM information_schema.tables
      WHERE table_schema = DATABASE() AND table_name <> 'migrations'`,
  );
  if (tables.length < getMetadataArgsStorage().tables.length) return false;
  await connection.query('SET SESSION foreign_key_checks = 0');
  await connection.beginTransaction();
  for (const { name } of tables) await connection.query(`DELETE FROM \`${name}\``);
  await connection.commit();
  for (const { name, next } of tables)
    if (next !== null) await connection.query(`ALTER TABLE \`${name}\` AUTO_INCREMENT = 1`);
  return true;
}

async function connected<Result>(database: string, work: (connection: Connection) => Promise<Result>): Promise<Result> {
  const connection = await createConnection(urlOf(database));
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

const urlOf = (database: string): string => new URL(`/${database}`, MYSQL_URL).href;
const randomName = (): string => randomBytes(4).toString('hex');
