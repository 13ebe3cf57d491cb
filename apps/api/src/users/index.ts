export { ApiKeysService, generateApiKey } from './api-keys/api-keys.service.js';
export { FirstAdminService } from './first-admin.service.js';
export { UsersModule } from './users.module.js';
export { UsersService, type ExternalIdentity } from './users.service.js';
