import { isStorageFull } from '@app/common';
import type { DataSource, Logger } from 'typeorm';
import { insertRows } from './bulk.js';
import { dialectOf } from './dialect.js';

const PROBE = 'storage-probe';
/** So much must find room before the storage counts as free again: one row would fit into pages that are there already. */
const PROBE_BYTES = 65_536;
const PROBE_AGAIN_AFTER_MS = 1000;

/**
 * Whether the database can be used and has room. TypeORM tells it, as its logger, of every statement that failed: one that found no room says that
 * the storage is full, and a write that succeeds says that it is not any more.
 */
export class StorageState implements Logger {
  private isFull = false;
  private probedAt = -Infinity;
  private probing: Promise<boolean> | null = null;

  private dataSource: DataSource | null = null;

  /** Where to try. */
  watch(dataSource: DataSource): void {
    this.dataSource = dataSource;
  }

  logQueryError(error: string | Error): void {
    if (isStorageFull(error)) this.isFull = true;
  }

  /** A node that was cut off from its cluster answers, and refuses to read any table. */
  async isUsable(): Promise<boolean> {
    if (this.dataSource === null || !dialectOf(this.dataSource).areLocksLocal) return true;
    return this.dataSource.query('SELECT 1 FROM system_state LIMIT 1').then(
      () => true,
      () => false,
    );
  }

  /** Tries to write when the last attempt found no room: at most once a second, however often it is asked. */
  async hasRoom(): Promise<boolean> {
    if (!this.isFull || this.dataSource === null) return true;
    if (this.probing === null && performance.now() - this.probedAt < PROBE_AGAIN_AFTER_MS) return false;
    this.probing ??= this.probe(this.dataSource).finally(() => {
      this.probing = null;
      this.probedAt = performance.now();
    });
    return this.probing;
  }

  logQuery(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}

  private async probe(dataSource: DataSource): Promise<boolean> {
    const row = { name: PROBE, value: JSON.stringify('0'.repeat(PROBE_BYTES)), updated_at: '2000-01-01 00:00:00.000' };
    try {
      await insertRows(dataSource.manager, 'system_state', [row], dialectOf(dataSource).orUpdate('name', ['value']));
      await dataSource.query('DELETE FROM system_state WHERE name = ?', [PROBE]);
      this.isFull = false;
      return true;
    } catch {
      return false;
    }
  }
}
