import Database from 'libsql';
import { join } from 'node:path';

/**
 * Makes sure that one process at a time uses an embedded database. The lock is the operating system's on a file of its own, so it
 * ends with the process, however that dies, and the database itself stays open to backups.
 */
export class InstanceLock {
  private readonly lock: Database.Database;

  constructor(folder: string) {
    this.lock = new Database(join(folder, 'instance.lock'));
    try {
      this.lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.lock.close();
      throw new Error(
        `Another process uses the embedded database in ${folder}. Stop it, choose another DATA_DIR, or set DATABASE_URL to run several instances.`,
        { cause: error },
      );
    }
  }

  release(): void {
    this.lock.close();
  }
}
