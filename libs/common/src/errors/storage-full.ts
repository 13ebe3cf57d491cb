interface StorageError {
  code?: unknown;
  message?: unknown;
  /** TypeORM's errors carry the driver's. */
  driverError?: StorageError;
}

/** Of the embedded database, of MariaDB and MySQL, and of files: no room, or a quota or size limit that is reached. */
const NO_ROOM = [
  'SQLITE_FULL',
  'SQLITE_IOERR_WRITE',
  'SQLITE_IOERR_SHMSIZE',
  'SQLITE_IOERR_SHMMAP',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
  'ER_ERROR_ON_WRITE',
  'ER_TEMP_FILE_WRITE_FAILURE',
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
];
/** A storage engine passes on what the system told it. On Linux these are ENOSPC, EFBIG and EDQUOT. */
const FROM_ENGINE = /\berror (28|27|122)\b/;

/** Nothing can be stored because there is no room for it. Reading works, and what was stored before is safe. */
export function isStorageFull(error: unknown): boolean {
  const thrown = (error ?? {}) as StorageError;
  const { code, message } = thrown.driverError ?? thrown;
  return code === 'ER_GET_ERRNO' ? FROM_ENGINE.test(String(message)) : NO_ROOM.some((known) => known === code);
}
