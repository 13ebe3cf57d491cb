export { keepMaskedUrl, maskUrl } from './masked-url.js';
export { SecretsModule } from './secrets.module.js';
export { SecretsService } from './secrets.service.js';
