import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestApp, type TestApp } from '../app.js';
import { freshDatabase, type TestDatabase } from '../databases.js';

/** Data that outlast the servers that are started on them, one after the other. */
export class Installation {
  private constructor(
    readonly folder: string,
    private readonly database: TestDatabase | null,
  ) {}

  /** On the server of `TEST_MYSQL_URL`, or embedded. */
  static async create(isEmbedded = false): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'baton-installation-'));
    return new Installation(folder, isEmbedded ? null : await freshDatabase());
  }

  /** What a process needs to use the same data. */
  get settings(): { DATA_DIR: string; DATABASE_URL: string } {
    return { DATA_DIR: this.folder, DATABASE_URL: this.database?.url ?? '' };
  }

  start(overrides: Record<string, string> = {}): Promise<TestApp> {
    return startTestApp({ ...this.settings, ...overrides });
  }

  async remove(): Promise<void> {
    this.database?.release();
    await rm(this.folder, { recursive: true, force: true });
  }
}
