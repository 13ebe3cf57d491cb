import type { DataSource, EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { dialectOf } from './dialect.js';

/**
 * Changes a row by what it holds now: what others write into it at the same time comes before or after, and is not lost.
 *
 * @param change gives the columns to write, null for none
 * @returns false when the row is gone
 */
export function changeRow<Row extends ObjectLiteral & { id: string }>(
  dataSource: DataSource,
  entity: EntityTarget<Row>,
  id: string,
  change: (row: Row) => Partial<Row> | null,
): Promise<boolean> {
  const { tableName } = dataSource.getMetadata(entity);
  return dataSource.transaction(async (tx) => {
    await tx.query(`SELECT id FROM ${tableName} WHERE id = ?${dialectOf(dataSource).forUpdate}`, [id]);
    const row = await tx.findOneBy(entity, { id } as FindOptionsWhere<Row>);
    if (row === null) return false;
    const changes = change(row);
    if (changes !== null) await tx.update(entity, { id }, changes);
    return true;
  });
}
