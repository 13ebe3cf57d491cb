import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

const KEY = /^bt_[\w-]{43}$/;

/** Where the generated key waits for the administrator; only the owner of the process can read it. */
export class AdminKeyFile {
  constructor(readonly path: string) {}

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** The key in the file; null without a file. */
  read(): string | null {
    if (!this.exists) return null;
    const key = readFileSync(this.path, 'utf8').trim();
    if (!KEY.test(key)) throw new Error(`${this.path} holds no API key. Remove it and start again.`);
    return key;
  }

  /** Keeps the key and returns it, or the one that another instance was faster to keep. The file is whole as soon as it is there. */
  keep(key: string): string {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${randomUUID()}`;
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeSync(file, `${key}\n`);
      fsyncSync(file);
      linkSync(draft, this.path);
      return key;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return this.read() ?? this.keep(key);
    } finally {
      closeSync(file);
      rmSync(draft, { force: true });
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
