export { AuthModule } from './auth.module.js';
export { AuthService } from './auth.service.js';
export { OpenConnections } from './open-connections.js';
export { VisitorTokensService } from './visitor-tokens.service.js';
