export { EncryptionKeysModule } from './rotation/encryption-keys.module.js';
export { KEY_STATUSES, type KeyStatus } from './rotation/encryption-keys.dto.js';
export { KeyCanaryService } from './rotation/key-canary.service.js';
export {
  KeyRotationService,
  LEASE_MS as ROTATION_LEASE_MS,
  type RotationOptions,
} from './rotation/key-rotation.service.js';
export type { SecretTable } from './rotation/secret-table.js';
export { keepMaskedUrl, maskUrl } from './masked-url.js';
export { SecretsModule } from './secrets.module.js';
export { SecretsService } from './secrets.service.js';
