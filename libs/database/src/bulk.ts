import type { EntityManager } from 'typeorm';
import { placeholders, rowPlaceholders } from './dialect.js';

export type SqlValue = string | number | boolean | null;
export type SqlRow = Record<string, SqlValue>;

const bind = (value: SqlValue): string | number | null => (typeof value === 'boolean' ? Number(value) : value);

/** Inserts rows of the same shape with one statement. Table and columns are the code's own words, values are bound. */
export async function insertRows(tx: EntityManager, table: string, rows: SqlRow[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!);
  const values = rows.flatMap((row) => columns.map((column) => bind(row[column] ?? null)));
  await tx.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rowPlaceholders(columns.length, rows.length)}`, values);
}

/** Gives rows of the same shape their own values with one statement; `id` says which row. */
export async function updateRows(tx: EntityManager, table: string, rows: (SqlRow & { id: string })[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!).filter((column) => column !== 'id');
  const ids = rows.map(({ id }) => id);
  if (rows.length === 1) {
    const assignments = columns.map((column) => `${column} = ?`).join(', ');
    await tx.query(`UPDATE ${table} SET ${assignments} WHERE id = ?`, [...columns.map((column) => bind(rows[0]![column]!)), ids[0]]);
    return;
  }
  const cases = rows.map(() => 'WHEN ? THEN ?').join(' ');
  const assignments = columns.map((column) => `${column} = CASE id ${cases} END`).join(', ');
  const values = columns.flatMap((column) => rows.flatMap((row) => [row.id, bind(row[column] ?? null)]));
  await tx.query(`UPDATE ${table} SET ${assignments} WHERE id IN (${placeholders(rows.length)})`, [...values, ...ids]);
}
