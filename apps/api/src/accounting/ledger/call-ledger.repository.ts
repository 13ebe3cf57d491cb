import {
  dialectOf,
  GroupCommit,
  insertRows,
  placeholders,
  retryTransient,
  USAGE_TYPE,
  type SqlRow,
} from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { SETTLED_COLUMNS } from './ledger-rows.js';

/** Reservations and settlements. What is written at the same time shares a commit. */
@Injectable()
export class CallLedgerRepository {
  private readonly commits = new GroupCommit(async (groups: SqlRow[][]): Promise<void[]> => {
    await retryTransient(() => this.dataSource.transaction((manager) => writeCalls(manager, groups.flat())));
    return groups.map(() => undefined);
  });

  constructor(private readonly dataSource: DataSource) {}

  /** When this returns, the rows are durable. */
  write(rows: SqlRow[]): Promise<void> {
    return this.commits.submit(rows);
  }
}

/** Writes rows of the ledger, reserved or settled. A settled row takes the place of the one that was reserved under its id. */
export async function writeCalls(manager: EntityManager, rows: SqlRow[]): Promise<void> {
  const { isSqlite } = dialectOf(manager.connection);
  const columns = SETTLED_COLUMNS.map(
    (column) => `${column} = ${isSqlite ? `excluded.${column}` : `VALUES(${column})`}`,
  );
  const replace = isSqlite ? ' ON CONFLICT (id) DO UPDATE SET ' : ' ON DUPLICATE KEY UPDATE ';
  await insertRows(manager, 'usage_ledger', rows, replace + columns.join(', '));
}

/** The instance that made the calls of these turns is gone: what is still reserved is settled by an estimate. */
export async function loseCalls(manager: EntityManager, turnIds: readonly string[]): Promise<void> {
  if (turnIds.length === 0) return;
  await manager.query(
    `UPDATE usage_ledger SET outcome = 'lost' WHERE turn_id IN (${placeholders(turnIds.length)}) AND status = 'reserved'`,
    [...turnIds],
  );
}

/** The usage of a turn is the sum of its calls; needed where some of them were settled by another than the one who ended the turn. */
export async function sumTurnUsage(manager: EntityManager, turnIds: readonly string[]): Promise<void> {
  if (turnIds.length === 0) return;
  const of = (sum: string): string =>
    `(SELECT COALESCE(${sum}, 0) FROM usage_ledger l WHERE l.turn_id = turns.id AND l.usage_type = ${USAGE_TYPE.chat} AND l.status = 'settled')`;
  const columns = ['input_tokens', 'cached_tokens', 'output_tokens', 'reasoning_tokens'];
  const sums = columns.map((column) => `${column} = ${of(`SUM(l.${column})`)}`);
  await manager.query(
    `UPDATE turns SET ${sums.join(', ')}, is_usage_estimated = ${of('MAX(l.is_estimated)')}
     WHERE id IN (${placeholders(turnIds.length)}) AND status NOT IN ('queued', 'running')`,
    [...turnIds],
  );
}
