import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { DataSource } from 'typeorm';

/** A statement on its way: it has ended when its answer is complete. */
type Statement = Pick<EventEmitter, 'once'>;

/** What is used here of a connection of the driver's pool. */
export interface PoolConnection extends Pick<EventEmitter, 'once'> {
  readonly threadId: number;
  readonly stream: Duplex;
  query(...statement: unknown[]): Statement;
  release(): void;
}

type OnConnection = (error: Error | null, connection?: PoolConnection) => void;

/** What is used here of the driver's pool. */
export interface Pool {
  getConnection(callback: OnConnection): void;
  on(event: 'connection', listener: (connection: PoolConnection) => void): void;
}

/** TypeORM opens the pool with its first connection, which nothing else has had by then. */
export async function openedPool(dataSource: DataSource): Promise<{ pool: Pool; first: PoolConnection }> {
  const { pool } = dataSource.driver as unknown as { pool: Pool };
  const first = await new Promise<PoolConnection>((resolve, reject) => {
    pool.getConnection((error, connection) => (connection ? resolve(connection) : reject(error!)));
  });
  return { pool, first };
}
