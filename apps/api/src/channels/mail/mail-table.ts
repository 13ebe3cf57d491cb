import { dialectOf, placeholders, toSqlTime } from '@app/database';

/** What inbox and outbox do alike. */
type MailTable = 'inbox' | 'outbox';
type Database = Parameters<typeof dialectOf>[0];

/** An embedded database has one process: claims from before its start are void. */
export async function releaseOrphans(database: Database, table: MailTable, channel: string): Promise<void> {
  const { isSqlite, now } = dialectOf(database);
  if (!isSqlite) return;
  await database.query(
    `UPDATE ${table} SET claim = NULL, due_at = ${now} WHERE channel = ? AND state = 'pending' AND claim IS NOT NULL`,
    [channel],
  );
}

/** Deletes at most `limit` rows of a channel, so that no statement takes long; returns how many there were. */
export async function deleteRows(
  database: Database,
  table: MailTable,
  condition: string,
  channel: string,
  before: Date,
  limit: number,
): Promise<number> {
  const rows = await database.query<{ id: number }[]>(
    `SELECT id FROM ${table} WHERE channel = ? AND ${condition} LIMIT ?`,
    [channel, toSqlTime(before), limit],
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await database.query(`DELETE FROM ${table} WHERE id IN (${placeholders(ids.length)})`, ids);
  return ids.length;
}
