import { dialectOf } from '@app/database';
import type { EntityManager } from 'typeorm';

/**
 * Raises the versions of the users' lists, within the transaction that changes them and before its other writes. A reader who reads a
 * version and then counts may cache the total until the version changes.
 */
export async function bumpListVersions(tx: EntityManager, userIds: readonly (number | null)[]): Promise<void> {
  const ids = [...new Set(userIds)].filter((id) => id !== null).toSorted((a, b) => a - b);
  if (ids.length === 0) return;
  const rows = ids.map(() => '(?, 1)').join(', ');
  const taken = dialectOf(tx.connection).isSqlite ? 'ON CONFLICT (user_id) DO UPDATE SET' : 'ON DUPLICATE KEY UPDATE';
  await tx.query(
    `INSERT INTO chat_list_versions (user_id, version) VALUES ${rows} ${taken} version = version + 1`,
    ids,
  );
}
