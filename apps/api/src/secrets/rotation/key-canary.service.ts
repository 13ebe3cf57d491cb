import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { keyIdIn } from '../envelope/secret-envelope.js';
import { SecretsService } from '../secrets.service.js';
import { KeyStatesRepository } from './key-states.repository.js';
import { SealedSecretsService } from './sealed-secrets.service.js';

const TEXT = 'canary';
const PLACE = 'system_state/encryption_canary';

/**
 * Tells at every start whether this is the key that the installation's secrets were sealed with: by a text that the first start has
 * sealed. With another key the server runs all the same, without those secrets.
 */
@Injectable()
export class KeyCanaryService implements OnModuleInit {
  private readonly logger = new Logger('EncryptionKey');
  private isRight = true;

  constructor(
    private readonly secrets: SecretsService,
    private readonly states: KeyStatesRepository,
    private readonly sealed: SealedSecretsService,
  ) {}

  async onModuleInit(): Promise<void> {
    try {
      this.isRight = await this.check();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
      // As long as nothing is to be sealed, nothing is missing.
      this.logger.warn(`No encryption key can be kept: ${(error as Error).message}. Set ENCRYPTION_KEY.`);
      return;
    }
    if (!this.isRight) this.logger.error(await this.describe());
  }

  /** Whether the keys that are set open what the installation has sealed. */
  async isReadable(): Promise<boolean> {
    this.isRight ||= await this.check();
    return this.isRight;
  }

  /** From now on the current key is the right one. */
  async renew(): Promise<void> {
    await this.states.replaceCanary(this.secrets.seal(TEXT, PLACE));
    this.isRight = true;
  }

  private async check(): Promise<boolean> {
    const canary = await this.states.findCanary();
    if (canary !== null) return this.secrets.open(canary, PLACE) === TEXT;
    // The installation may be older than its canary: then its secrets tell.
    const counts = await this.sealed.count();
    if (counts.length > 0 && counts.every(({ count, unreadable }) => count === unreadable)) return false;
    await this.states.insertCanary(this.secrets.seal(TEXT, PLACE));
    return this.secrets.open((await this.states.findCanary()) ?? '', PLACE) === TEXT;
  }

  private async describe(): Promise<string> {
    const canary = (await this.states.findCanary()) ?? '';
    const [current] = this.secrets.keyIds;
    return (
      `The encryption key is wrong: this database's secrets were sealed with key ${keyIdIn(canary) ?? 'unknown'}, and ENCRYPTION_KEY ` +
      `(or the key file in DATA_DIR) is key ${current}. Set ENCRYPTION_KEY to the right key, or name it in PREVIOUS_ENCRYPTION_KEYS, and ` +
      'start again. Until then lists, agents and chats on services without a stored key work; chats on the other services are answered ' +
      '503 SECRET_UNREADABLE, tools with secrets are not called, and visitors are not recognised. Nothing that is stored is overwritten.'
    );
  }
}
