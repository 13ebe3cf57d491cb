import { dialectOf, insertRows, placeholders, type SqlRow, type UsageBooking } from '@app/database';
import type { EntityManager } from 'typeorm';
import type { UseRow } from './budgets.repository.js';
import { firstDayOf, isWithin, type Booking } from './budget-rules.js';

/** A call that is settled, with what it had reserved. */
export interface Settlement {
  callId: string;
  costNano: number;
  bookings: readonly UsageBooking[];
}

interface Use {
  booking: UsageBooking;
  used: number;
  reserved: number;
}

const keyOf = ({ budgetId, period, subject }: UsageBooking): string => `${budgetId} ${period} ${subject}`;

/**
 * Returns what settled calls had reserved, charges what they cost, and reserves for new calls, one after the other, as far as the budgets
 * reach. The rows of the budgets are locked until the transaction ends, so that calls of all instances stand in one line.
 * @returns for each group of bookings the one that its budget refused, or null: then all of the group are reserved
 */
export async function book(
  tx: EntityManager,
  settled: readonly Settlement[],
  groups: readonly (readonly Booking[])[],
): Promise<(Booking | null)[]> {
  const charged = settled.filter(({ bookings }) => bookings.length > 0);
  if (charged.length === 0 && groups.every((group) => group.length === 0)) return groups.map(() => null);
  const before = await findCosts(tx, charged);
  const uses = await lockUses(tx, [...charged.flatMap(({ bookings }) => bookings), ...groups.flat()], groups.flat());
  for (const { callId, costNano, bookings } of charged) {
    const earlier = before.get(callId);
    for (const booking of bookings) {
      // A budget that was deleted meanwhile has no row.
      const use = uses.get(keyOf(booking));
      if (use === undefined) continue;
      // A call that was given up as lost and settled by an estimate is charged the difference.
      if (earlier === undefined || earlier === null) use.reserved = Math.max(0, use.reserved - booking.nano);
      use.used = Math.max(0, use.used + costNano - (earlier ?? 0));
    }
  }
  const refused = groups.map((group) => {
    const tooMuch = group.find((booking) => {
      const use = uses.get(keyOf(booking));
      return use !== undefined && !isWithin(use.used, use.reserved, booking);
    });
    if (tooMuch !== undefined) return tooMuch;
    for (const booking of group) {
      const use = uses.get(keyOf(booking));
      if (use !== undefined) use.reserved += booking.nano;
    }
    return null;
  });
  for (const { booking, used, reserved } of uses.values())
    await tx.query(
      'UPDATE budget_use SET used_nano = ?, reserved_nano = ? WHERE budget_id = ? AND period = ? AND subject = ?',
      [used, reserved, booking.budgetId, booking.period, booking.subject],
    );
  return refused;
}

/** What calls cost that have been settled before; null for those that have not. */
async function findCosts(tx: EntityManager, settled: readonly Settlement[]): Promise<Map<string, number | null>> {
  if (settled.length === 0) return new Map();
  const rows = await tx.query<{ id: string; status: string; cost_nano: number | string | null }[]>(
    `SELECT id, status, cost_nano FROM usage_ledger WHERE id IN (${placeholders(settled.length)}) ORDER BY id${dialectOf(tx.connection).forUpdate}`,
    settled.map(({ callId }) => callId),
  );
  return new Map(rows.map(({ id, status, cost_nano }) => [id, status === 'reserved' ? null : Number(cost_nano ?? 0)]));
}

/** The rows of all bookings, locked in one order; those of new calls are made if they are missing. */
async function lockUses(
  tx: EntityManager,
  bookings: readonly UsageBooking[],
  made: readonly UsageBooking[],
): Promise<Map<string, Use>> {
  let uses = await readUses(tx, bookings);
  const missing = new Map(
    made.filter((booking) => !uses.has(keyOf(booking))).map((booking) => [keyOf(booking), booking]),
  );
  if (missing.size === 0) return uses;
  const rows: SqlRow[] = [];
  for (const booking of missing.values()) rows.push(await newUse(tx, booking));
  const keep = dialectOf(tx.connection).orUpdate('budget_id, period, subject', ['budget_id']);
  await insertRows(tx, 'budget_use', rows, keep);
  uses = await readUses(tx, bookings);
  return uses;
}

async function readUses(tx: EntityManager, bookings: readonly UsageBooking[]): Promise<Map<string, Use>> {
  const wanted = new Map(bookings.map((booking) => [keyOf(booking), booking]));
  const ids = [...new Set(bookings.map(({ budgetId }) => budgetId))];
  const periods = [...new Set(bookings.map(({ period }) => period))];
  const subjects = [...new Set(bookings.map(({ subject }) => subject))];
  const rows = await tx.query<UseRow[]>(
    `SELECT budget_id, period, subject, used_nano, reserved_nano FROM budget_use
     WHERE budget_id IN (${placeholders(ids.length)}) AND period IN (${placeholders(periods.length)})
       AND subject IN (${placeholders(subjects.length)})
     ORDER BY budget_id, period, subject${dialectOf(tx.connection).forUpdate}`,
    [...ids, ...periods, ...subjects],
  );
  const uses = rows.map((row): [string, Use] => {
    const booking = { budgetId: row.budget_id, period: row.period, subject: row.subject, nano: 0 };
    return [keyOf(booking), { booking, used: Number(row.used_nano), reserved: Number(row.reserved_nano) }];
  });
  return new Map(uses.filter(([key]) => wanted.has(key)));
}

/** A budget counts from the beginning of its period, also what was used before it was made. */
async function newUse(tx: EntityManager, { budgetId, period, subject }: UsageBooking): Promise<SqlRow> {
  const [budget] = await tx.query<{ scope: string }[]>('SELECT scope FROM budgets WHERE id = ?', [budgetId]);
  const column = { service: 'service_id', bot: 'bot_id', user: 'user_key' }[budget?.scope ?? ''];
  const [row] = await tx.query<{ used: number | string | null }[]>(
    `SELECT SUM(cost_nano) AS used FROM usage_ledger
     WHERE request_date >= ? AND status = 'settled'${column === undefined ? '' : ` AND ${column} = ?`}`,
    [firstDayOf(period), ...(column === undefined ? [] : [subject])],
  );
  return {
    budget_id: budgetId,
    period,
    subject,
    used_nano: Number(row?.used ?? 0),
    reserved_nano: 0,
    is_warned: false,
  };
}
