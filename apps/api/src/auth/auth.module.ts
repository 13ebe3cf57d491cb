import { BrowserSession } from '@app/database';
import { Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheModule } from '../cache/index.js';
import { SecretsModule } from '../secrets/index.js';
import { UsersModule } from '../users/index.js';
import { AdminBootstrapService } from './admin-bootstrap.service.js';
import { Admission } from './admission.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { OidcService } from './oidc.service.js';
import { OpenConnections } from './open-connections.js';
import { RequestCallers } from './request-callers.js';
import { IssuerClient } from './sessions/issuer-client.js';
import { OidcSignInService } from './sessions/oidc-sign-in.service.js';
import { SessionCookie } from './sessions/session-cookie.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SignInService } from './sessions/sign-in.service.js';
import { UserSessionsController } from './sessions/user-sessions.controller.js';
import { StreamAccessInterceptor } from './stream-access.interceptor.js';
import { VisitorTokensService } from './visitor-tokens.service.js';

/** Who is calling, and whether they may. */
@Module({
  imports: [TypeOrmModule.forFeature([BrowserSession]), CacheModule, SecretsModule, UsersModule],
  controllers: [SessionsController, UserSessionsController],
  providers: [
    Admission,
    AuthService,
    OpenConnections,
    OidcService,
    RequestCallers,
    IssuerClient,
    OidcSignInService,
    SessionCookie,
    SessionsRepository,
    SessionsService,
    SignInService,
    VisitorTokensService,
    AdminBootstrapService,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_INTERCEPTOR, useClass: StreamAccessInterceptor },
  ],
  exports: [AuthService, OpenConnections, RequestCallers, VisitorTokensService],
})
export class AuthModule {}
