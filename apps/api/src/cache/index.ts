export { CacheModule } from './cache.module.js';
export { CacheService } from './cache.service.js';
