import {
  dialectOf,
  fromSqlJson,
  GroupCommit,
  insertRows,
  placeholders,
  retryTransient,
  USAGE_TYPE,
  type SqlRow,
  type UsageBooking,
} from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { book, type Settlement } from '../budgets/budget-bookings.repository.js';
import type { Booking } from '../budgets/budget-rules.js';
import { SETTLED_COLUMNS } from './ledger-rows.js';

/** What is written before a call. */
export interface Reservation {
  /** Calls that have ended. */
  settled: SqlRow[];
  /** The call that is to be made; null when its row is there already and needs no change. */
  reserved: SqlRow | null;
  bookings: Booking[];
}

/** Reservations and settlements. What is written at the same time shares a commit. */
@Injectable()
export class CallLedgerRepository {
  private readonly commits = new GroupCommit((reservations: Reservation[]) =>
    retryTransient(() => this.dataSource.transaction((tx) => writeReservations(tx, reservations))),
  );

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Settles, and reserves as far as the budgets reach. When this returns, it is durable.
   * @returns the booking that a budget refused: then the call must not be made, and no row is reserved for it
   */
  write(reservation: Reservation): Promise<Booking | null> {
    return this.commits.submit(reservation);
  }
}

async function writeReservations(tx: EntityManager, reservations: Reservation[]): Promise<(Booking | null)[]> {
  const settled = reservations.flatMap((each) => each.settled);
  const refused = await book(
    tx,
    settlementsIn(settled),
    reservations.map(({ bookings }) => bookings),
  );
  const reserved = reservations.map((each, index) => (refused[index] === null ? each.reserved : null));
  await replaceRows(tx, [...settled, ...reserved.filter((row) => row !== null)]);
  return refused;
}

/** Writes rows of the ledger, reserved or settled. What settled calls have reserved from budgets goes back, less what they cost. */
export async function writeCalls(manager: EntityManager, rows: SqlRow[]): Promise<void> {
  await book(manager, settlementsIn(rows), []);
  await replaceRows(manager, rows);
}

const settlementsIn = (rows: readonly SqlRow[]): Settlement[] =>
  rows.flatMap(({ id, status, bookings, cost_nano }) =>
    status === 'settled' && typeof bookings === 'string'
      ? [{ callId: id as string, costNano: Number(cost_nano ?? 0), bookings: fromSqlJson<UsageBooking[]>(bookings) }]
      : [],
  );

/** A settled row takes the place of the one that was reserved under its id. */
async function replaceRows(manager: EntityManager, rows: SqlRow[]): Promise<void> {
  await insertRows(manager, 'usage_ledger', rows, dialectOf(manager.connection).orUpdate('id', SETTLED_COLUMNS));
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
