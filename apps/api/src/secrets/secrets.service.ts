import { AppConfig } from '@app/common';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { hkdfSync } from 'node:crypto';
import { KeyRing } from './envelope/key-ring.js';
import { ensureKeyFile, readKeyFile } from './envelope/key-file.js';

const KEY_LENGTH = 32;

/**
 * Encrypts the secrets that administrators entrust to the server. A secret belongs to a place (the row and what it is for) and does not
 * open anywhere else. The current key, which seals, is `ENCRYPTION_KEY`, else a file in the data folder that is made when it is first
 * needed. `PREVIOUS_ENCRYPTION_KEYS`, and the file beside `ENCRYPTION_KEY`, open what they have sealed.
 */
@Injectable()
export class SecretsService implements OnModuleInit {
  private ring: KeyRing | null = null;

  constructor(private readonly config: AppConfig) {}

  /** A key file that cannot be read is found at the start, not when a secret is needed. */
  onModuleInit(): void {
    const { auth, database } = this.config;
    if (auth.encryptionKey !== null || readKeyFile(database.dataDir) !== null) this.getRing();
  }

  /** The ids of the keys, that of the current one first. An id tells nothing about its key. */
  get keyIds(): string[] {
    return this.getRing().ids;
  }

  seal(text: string, place: string): string {
    return this.getRing().seal(text, place);
  }

  /** Null when the secret was sealed with another key or for another place. */
  open(envelope: string, place: string): string | null {
    return this.getRing().open(envelope, place);
  }

  /**
   * The secret sealed by the current key: what is read to be stored again must not bring a previous key back. An envelope that does not
   * open stays as it is.
   */
  renew(envelope: string, place: string): string {
    return this.getRing().renew(envelope, place);
  }

  /** A key of 32 bytes for one purpose, the same on every instance that has the same current key. */
  deriveKey(purpose: string): Uint8Array {
    return this.deriveKeys(purpose)[0]!;
  }

  /** The same of every key, for what an earlier current key has signed. The current one's is first. */
  deriveKeys(purpose: string): Uint8Array[] {
    return this.getRing().all.map((key) => new Uint8Array(hkdfSync('sha256', key, '', purpose, KEY_LENGTH)));
  }

  private getRing(): KeyRing {
    return (this.ring ??= this.readRing());
  }

  private readRing(): KeyRing {
    const { auth, database } = this.config;
    const previous = auth.previousEncryptionKeys.map(fromHex);
    if (auth.encryptionKey === null) return new KeyRing(ensureKeyFile(database.dataDir), previous);
    return new KeyRing(fromHex(auth.encryptionKey), [...previous, ...formerKeyFile(database.dataDir)]);
  }
}

const fromHex = (text: string): Buffer => Buffer.from(text, 'hex');

/** An installation that began with a generated key goes on with one of its own. A file that holds no key is not needed then. */
function formerKeyFile(folder: string): Buffer[] {
  try {
    const key = readKeyFile(folder);
    return key === null ? [] : [key];
  } catch {
    return [];
  }
}
