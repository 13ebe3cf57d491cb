import { dialectOf, placeholders, toSqlTime } from '@app/database';
import type { DataSource } from 'typeorm';

/** What inbox and outbox do alike. */
type MailTable = 'inbox' | 'outbox';

/** An embedded database has one process: after its start nobody holds a claim. */
export async function releaseOrphans(dataSource: DataSource, table: MailTable, channel: string): Promise<void> {
  const { isSqlite, now } = dialectOf(dataSource);
  if (!isSqlite) return;
  await dataSource.query(
    `UPDATE ${table} SET claim = NULL, due_at = ${now} WHERE channel = ? AND state = 'pending' AND claim IS NOT NULL`,
    [channel],
  );
}

/** Deletes at most `limit` rows, so that nobody waits for a long statement; returns how many there were. */
export async function deleteRows(
  dataSource: DataSource,
  table: MailTable,
  condition: string,
  before: Date,
  limit: number,
): Promise<number> {
  const rows = await dataSource.query<{ id: number }[]>(`SELECT id FROM ${table} WHERE ${condition} LIMIT ?`, [
    toSqlTime(before),
    limit,
  ]);
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await dataSource.query(`DELETE FROM ${table} WHERE id IN (${placeholders(ids.length)})`, ids);
  return ids.length;
}
