import { Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { SecretsModule } from '../secrets/index.js';
import { UsersModule } from '../users/index.js';
import { AdminBootstrapService } from './admin-bootstrap.service.js';
import { Admission } from './admission.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { OidcService } from './oidc.service.js';
import { OpenConnections } from './open-connections.js';
import { StreamAccessInterceptor } from './stream-access.interceptor.js';
import { VisitorTokensService } from './visitor-tokens.service.js';

/** Who is calling, and whether they may. */
@Module({
  imports: [SecretsModule, UsersModule],
  providers: [
    Admission,
    AuthService,
    OpenConnections,
    OidcService,
    VisitorTokensService,
    AdminBootstrapService,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_INTERCEPTOR, useClass: StreamAccessInterceptor },
  ],
  exports: [AuthService, OpenConnections, VisitorTokensService],
})
export class AuthModule {}
