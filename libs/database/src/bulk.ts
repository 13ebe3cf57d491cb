import type { EntityManager } from 'typeorm';
import { placeholders } from './dialect.js';

/** An expression of the code's own (never of a caller's) in place of a bound value, for example the database's clock. */
export class SqlExpression {
  constructor(readonly sql: string) {}
}

export type SqlValue = string | number | boolean | null;
export type SqlRow = Record<string, SqlValue | SqlExpression>;

const placeholder = (value: SqlRow[string]): string => (value instanceof SqlExpression ? value.sql : '?');
const bindings = (values: SqlRow[string][]): (string | number | null)[] =>
  values
    .filter((value) => !(value instanceof SqlExpression))
    .map((value) => (typeof value === 'boolean' ? Number(value) : (value as string | number | null)));

/**
 * Inserts rows of the same shape with one statement. Table and columns are the code's own words, values are bound.
 * @param orElse what is to happen to rows that are there already; without it they are refused
 */
export async function insertRows(tx: EntityManager, table: string, rows: SqlRow[], orElse = ''): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!);
  const values = rows.map((row) => columns.map((column) => row[column] ?? null));
  const tuples = values.map((tuple) => `(${tuple.map(placeholder).join(', ')})`).join(', ');
  await tx.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples}${orElse}`, bindings(values.flat()));
}

/** Gives rows of the same shape their own values with one statement; `id` says which row. */
export async function updateRows(tx: EntityManager, table: string, rows: (SqlRow & { id: string })[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!).filter((column) => column !== 'id');
  const ids = rows.map(({ id }) => id);
  if (rows.length === 1) {
    const values = columns.map((column) => rows[0]![column] ?? null);
    const assignments = columns.map((column, index) => `${column} = ${placeholder(values[index]!)}`).join(', ');
    await tx.query(`UPDATE ${table} SET ${assignments} WHERE id = ?`, [...bindings(values), ids[0]]);
    return;
  }
  const values = columns.map((column) => rows.map((row) => row[column] ?? null));
  const assignments = columns.map((column, index) => {
    const cases = values[index]!.map((value) => `WHEN ? THEN ${placeholder(value)}`).join(' ');
    return `${column} = CASE id ${cases} END`;
  });
  const bound = values.flatMap((column) => column.flatMap((value, row) => [ids[row]!, ...bindings([value])]));
  await tx.query(`UPDATE ${table} SET ${assignments.join(', ')} WHERE id IN (${placeholders(ids.length)})`, [
    ...bound,
    ...ids,
  ]);
}
