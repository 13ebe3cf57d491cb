import { AppConfig } from '@app/common';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open, seal } from './secret-envelope.js';

const KEY_LENGTH = 32;
const KEY_FILE = 'encryption-key';
const IN_MEMORY = ':memory:';

/**
 * Encrypts the secrets that administrators entrust to the server. A secret belongs to a place (the row and what it is for) and does not
 * open anywhere else. The key is `ENCRYPTION_KEY`, else a file in the data folder that is made when it is first needed.
 */
@Injectable()
export class SecretsService implements OnModuleInit {
  private key: Buffer | null = null;

  constructor(private readonly config: AppConfig) {}

  /** A key file that cannot be read is found at the start, not when a secret is needed. */
  onModuleInit(): void {
    const { auth, database } = this.config;
    if (auth.encryptionKey !== null || existsSync(join(database.dataDir, KEY_FILE))) this.getKey();
  }

  seal(text: string, place: string): string {
    return seal(this.getKey(), text, place);
  }

  /** Null when the secret was sealed with another key or for another place. */
  open(envelope: string, place: string): string | null {
    return open(this.getKey(), envelope, place);
  }

  /** A key of 32 bytes for one purpose, the same on every instance that has the same encryption key. */
  deriveKey(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.getKey(), '', purpose, KEY_LENGTH));
  }

  private getKey(): Buffer {
    return (this.key ??= this.config.auth.encryptionKey
      ? Buffer.from(this.config.auth.encryptionKey, 'hex')
      : this.keyOfFile());
  }

  private keyOfFile(): Buffer {
    const { dataDir } = this.config.database;
    if (dataDir === IN_MEMORY) return randomBytes(KEY_LENGTH);
    const path = join(dataDir, KEY_FILE);
    if (!existsSync(path)) createKeyFile(dataDir, path);
    const text = readFileSync(path, 'utf8').trim();
    if (!/^[0-9a-f]{64}$/i.test(text))
      throw new Error(`${path} does not hold an encryption key (64 hexadecimal characters).`);
    return Buffer.from(text, 'hex');
  }
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
