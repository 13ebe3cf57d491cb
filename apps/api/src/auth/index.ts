export { AuthModule } from './auth.module.js';
export { AuthService, type Credential } from './auth.service.js';
export { OpenConnections } from './open-connections.js';
export { RequestCallers } from './request-callers.js';
export { VisitorTokensService } from './visitor-tokens.service.js';
