/** The connection is given up, or none can be had: what was under way may have been done or not. */
export class DatabaseSilent extends Error {
  /** As the driver marks what ends a connection. */
  readonly fatal = true;
  readonly code = 'DATABASE_SILENT';

  constructor() {
    super('The database does not answer.');
  }
}

/** All connections are in use, and too many wait for one, or have waited for too long. Nothing has been done. */
export class PoolExhausted extends Error {
  readonly code = 'POOL_EXHAUSTED';

  constructor() {
    super('All connections to the database are in use.');
  }
}
