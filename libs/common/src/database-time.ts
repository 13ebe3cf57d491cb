/** Clocks that differ by less are taken for one. */
const TOLERANCE_MS = 1000;

let aheadMs = 0;

/**
 * The time by the database's clock, the only one that instances share: for what is stored, or compared with what is stored. An embedded
 * database has the clock of its process.
 */
export const databaseTime = (): Date => new Date(Date.now() + aheadMs);

/** The database has said what time it is. */
export function adoptDatabaseTime(time: Date): void {
  const difference = time.getTime() - Date.now();
  aheadMs = Math.abs(difference) < TOLERANCE_MS ? 0 : difference;
}
