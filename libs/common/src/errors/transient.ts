interface DatabaseError {
  code?: unknown;
  fatal?: unknown;
  driverError?: { code?: unknown; fatal?: unknown };
}

const GIVEN_UP = ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'SQLITE_BUSY', 'POOL_EXHAUSTED'];
/** What a node of a cluster says that has lost the others, or has not joined them yet. */
const CUT_OFF = ['ER_UNKNOWN_COM_ERROR', 'ER_ERROR_DURING_COMMIT'];

/** The database gave a statement up for the sake of others: the same transaction, tried again, may go through. */
export function isTransient(error: unknown): boolean {
  const { code, driverError } = (error ?? {}) as DatabaseError;
  return GIVEN_UP.some((known) => known === (driverError?.code ?? code));
}

const UNSTORABLE = [
  'ER_CANT_AGGREGATE_2COLLATIONS',
  'ER_CANT_AGGREGATE_3COLLATIONS',
  'ER_CANT_AGGREGATE_NCOLLATIONS',
  'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
  'ER_DATA_TOO_LONG',
];

/** A value of the caller's is none that its column can hold or be compared with. The rules of the request should have said so. */
export function isUnstorable(error: unknown): boolean {
  const { code, driverError } = (error ?? {}) as DatabaseError;
  return UNSTORABLE.some((known) => known === (driverError?.code ?? code));
}

/** The connection to the database cannot be had, or is gone: what was under way may have been done or not. */
export function isUnreachable(error: unknown): boolean {
  const { code, fatal, driverError } = (error ?? {}) as DatabaseError;
  return (driverError?.fatal ?? fatal) === true || CUT_OFF.some((known) => known === (driverError?.code ?? code));
}

/** The driver's error as TypeORM passes it on: with the statement that met it. */
interface FailedStatement {
  query?: unknown;
}

/** The connection was lost while it was not known whether a change has been stored. All else was rolled back with the connection. */
export function isOutcomeUnknown(error: unknown): boolean {
  const { query } = (error ?? {}) as FailedStatement;
  return (
    isUnreachable(error) && typeof query === 'string' && /^\s*(COMMIT|INSERT|UPDATE|DELETE|REPLACE)\b/i.test(query)
  );
}
