import { databaseTime } from '@app/common';
import { dialectOf, fromSqlJson, isDuplicate, toSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/** How far the ledger has been rolled up. */
export interface RollupState {
  /** Every ledger row up to this id is in `usage_daily`, none after it. Ids are ordered by time. */
  watermark: string;
  /** The last day that was counted again after it had ended; null before the first time. */
  checkedThrough: string | null;
}

const ROLLUP_STATE = 'statistics';
const BATCH = 5000;
const CELL = 'request_date, bot_id, usage_type, user_key, service_id, model';
const CELL_OF_CALL = `request_date, bot_id, usage_type, user_key, COALESCE(service_id, ''), model`;
const COLUMNS = `${CELL}, request_count, input_tokens, output_tokens, cost_nano`;
const CELLS_OF_LEDGER = `SELECT ${CELL_OF_CALL}, SUM(requests), SUM(input_tokens), SUM(output_tokens), COALESCE(SUM(cost_nano), 0) FROM usage_ledger`;

/** Rolls the ledger up into days. A writer locks the state row, so that every ledger row is counted once. */
@Injectable()
export class UsageRollupRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Must have run once before anything else here. */
  async createState(): Promise<void> {
    const [found] = await this.dataSource.query<unknown[]>('SELECT 1 FROM system_state WHERE name = ?', [ROLLUP_STATE]);
    if (found !== undefined) return;
    try {
      await this.dataSource.query('INSERT INTO system_state (name, value, updated_at) VALUES (?, ?, ?)', [
        ROLLUP_STATE,
        JSON.stringify({ watermark: '', checkedThrough: null } satisfies RollupState),
        toSqlTime(databaseTime()),
      ]);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }

  async findState(): Promise<RollupState> {
    const [row] = await this.dataSource.query<{ value: string }[]>('SELECT value FROM system_state WHERE name = ?', [
      ROLLUP_STATE,
    ]);
    return fromSqlJson(row!.value);
  }

  /**
   * Adds the next rows of the ledger, a bounded number of them, up to the id `horizon`.
   * @returns whether there is more to add.
   */
  addNext(horizon: string): Promise<boolean> {
    return this.write(async (tx, state) => {
      const until = await settledUntil(tx, horizon);
      if (state.watermark >= until) return false;
      const [last] = await tx.query<{ id: string }[]>(
        'SELECT id FROM usage_ledger WHERE id > ? AND id <= ? ORDER BY id LIMIT 1 OFFSET ?',
        [state.watermark, until, BATCH - 1],
      );
      const end = last?.id ?? until;
      const range = 'id > ? AND id <= ?';
      await tx.query(
        `INSERT INTO usage_daily (${COLUMNS}) ${CELLS_OF_LEDGER} WHERE ${range} GROUP BY ${CELL_OF_CALL} ${this.addToCell()}`,
        [state.watermark, end],
      );
      await saveState(tx, { ...state, watermark: end });
      return last !== undefined;
    });
  }

  /** Counts one day again from the ledger. Readers see the old figures or the new ones. */
  rebuildDay(day: string): Promise<void> {
    return this.write(async (tx, { watermark }) => {
      const range = `request_date = ? AND id <= ? AND status = 'settled'`;
      await tx.query('DELETE FROM usage_daily WHERE request_date = ?', [day]);
      await tx.query(
        `INSERT INTO usage_daily (${COLUMNS}) ${CELLS_OF_LEDGER} WHERE ${range} GROUP BY ${CELL_OF_CALL}`,
        [day, watermark],
      );
    });
  }

  setCheckedThrough(day: string): Promise<void> {
    return this.write((tx, state) => saveState(tx, { ...state, checkedThrough: day }));
  }

  /** The first day after `day` that the ledger or the roll-up has. One step into an index each, however many rows a day has. */
  async findDayAfter(day: string): Promise<string | null> {
    const [row] = await this.dataSource.query<{ ledger: string | null; daily: string | null }[]>(
      `SELECT (SELECT MIN(request_date) FROM usage_ledger WHERE request_date > ?) AS ledger,
         (SELECT MIN(request_date) FROM usage_daily WHERE request_date > ?) AS daily`,
      [day, day],
    );
    const days = [row?.ledger, row?.daily].filter((found) => typeof found === 'string');
    return days.toSorted()[0] ?? null;
  }

  private write<Result>(work: (tx: EntityManager, state: RollupState) => Promise<Result>): Promise<Result> {
    return this.dataSource.transaction(async (tx) =>
      work(tx, await lockState(tx, dialectOf(this.dataSource).forUpdate)),
    );
  }

  private addToCell(): string {
    const { isSqlite } = dialectOf(this.dataSource);
    const sums = ['request_count', 'input_tokens', 'output_tokens', 'cost_nano'].map((column) =>
      isSqlite
        ? `${column} = usage_daily.${column} + excluded.${column}`
        : `${column} = usage_daily.${column} + VALUES(${column})`,
    );
    return isSqlite
      ? `ON CONFLICT (${CELL}) DO UPDATE SET ${sums.join(', ')}`
      : `ON DUPLICATE KEY UPDATE ${sums.join(', ')}`;
  }
}

/** The last id up to `horizon` before the first call that is not settled: what may still change is not rolled up, nor what follows it. */
async function settledUntil(tx: EntityManager, horizon: string): Promise<string> {
  const [row] = await tx.query<{ last: string | null; first: string | null }[]>(
    `SELECT o.first, (SELECT MAX(id) FROM usage_ledger WHERE id < o.first) AS last
     FROM (SELECT MIN(id) AS first FROM usage_ledger WHERE status = 'reserved') o`,
  );
  const { first = null, last = null } = row ?? {};
  return first === null || first > horizon ? horizon : (last ?? '');
}

/** Reads the state and keeps it as it is until the transaction ends. */
export async function lockState(tx: EntityManager, lock: string): Promise<RollupState> {
  const [row] = await tx.query<{ value: string }[]>(`SELECT value FROM system_state WHERE name = ?${lock}`, [
    ROLLUP_STATE,
  ]);
  return fromSqlJson(row!.value);
}

async function saveState(tx: EntityManager, state: RollupState): Promise<void> {
  await tx.query('UPDATE system_state SET value = ?, updated_at = ? WHERE name = ?', [
    JSON.stringify(state),
    toSqlTime(databaseTime()),
    ROLLUP_STATE,
  ]);
}
