import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY_LENGTH = 32;
const KEY_FILE = 'encryption-key';
const IN_MEMORY = ':memory:';

/** The key in the data folder; null when there is none. Throws when the file holds something else. */
export function readKeyFile(folder: string): Buffer | null {
  const path = join(folder, KEY_FILE);
  if (folder === IN_MEMORY || !existsSync(path)) return null;
  const text = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new Error(`${path} does not hold an encryption key (64 hexadecimal characters).`);
  return Buffer.from(text, 'hex');
}

/** The key in the data folder, generated when there is none. Of an installation in memory, it lasts as long as the process. */
export function ensureKeyFile(folder: string): Buffer {
  if (folder === IN_MEMORY) return randomBytes(KEY_LENGTH);
  const key = readKeyFile(folder);
  if (key !== null) return key;
  createKeyFile(folder, join(folder, KEY_FILE));
  return readKeyFile(folder)!;
}

/** The second process keeps the file of the first, and a file is never seen half written. */
function createKeyFile(folder: string, path: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, randomBytes(KEY_LENGTH).toString('hex'), { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}
