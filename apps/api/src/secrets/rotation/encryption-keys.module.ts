import { JobLeasesRepository } from '@app/database';
import { Module, type DynamicModule } from '@nestjs/common';
import { SecretsModule } from '../secrets.module.js';
import { EncryptionKeysController } from './encryption-keys.controller.js';
import { KeyCanaryService } from './key-canary.service.js';
import { KeyRotationService } from './key-rotation.service.js';
import { KeyStatesRepository } from './key-states.repository.js';
import { SealedRowsRepository } from './sealed-rows.repository.js';
import { SealedSecretsService } from './sealed-secrets.service.js';
import { SECRET_TABLES, type SecretTable } from './secret-table.js';

/** Whether the encryption key is the right one, and how a new one takes over. */
@Module({})
export class EncryptionKeysModule {
  /** `tables` are all that hold sealed secrets. */
  static forRoot(tables: readonly SecretTable[]): DynamicModule {
    return {
      module: EncryptionKeysModule,
      // Health reports what the canary says.
      global: true,
      imports: [SecretsModule],
      controllers: [EncryptionKeysController],
      providers: [
        { provide: SECRET_TABLES, useValue: tables },
        JobLeasesRepository,
        KeyCanaryService,
        KeyRotationService,
        KeyStatesRepository,
        SealedRowsRepository,
        SealedSecretsService,
      ],
      exports: [KeyCanaryService, KeyRotationService],
    };
  }
}
