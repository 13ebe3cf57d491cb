import {
  Access,
  ApiProblems,
  AppConfig,
  AppError,
  Audited,
  CurrentUser,
  OwnIdempotency,
  OwnOrigin,
  type Principal,
  type UserPrincipal,
  type WithPrincipal,
} from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Post, Query, Redirect, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SessionCredential } from './session-credential.decorator.js';
import type { Credential } from '../auth.service.js';
import { consoleWithError } from './console-path.js';
import { OidcSignInService } from './oidc-sign-in.service.js';
import { SessionCookie } from './session-cookie.js';
import { OidcSignInQuery, SessionDto, SessionOptionsDto, SignInRequestDto } from './session.dto.js';
import { SignInService, type SignedIn } from './sign-in.service.js';

const LOCATION = { Location: { schema: { type: 'string' as const } } };

/** Browsers sign in and get a cookie, with which every route works as with a token of the same user. */
@ApiTags('User')
@Controller('api/sessions')
export class SessionsController {
  private readonly origin: OwnOrigin;

  constructor(
    config: AppConfig,
    private readonly signIns: SignInService,
    private readonly oidc: OidcSignInService,
    private readonly cookie: SessionCookie,
  ) {
    this.origin = new OwnOrigin(config);
  }

  /** Returns the ways in which people can sign in. `oidc` is null where no identity provider is set up for browsers. */
  @Get('options')
  @Access('anonymous')
  @ApiOkResponse({ type: SessionOptionsDto })
  getSessionOptions(): SessionOptionsDto {
    return this.signIns.getOptions();
  }

  /**
   * Exchanges an API key for a session of this browser. Its cookie comes with the answer; with it every route works as with a token
   * of the same user.
   */
  @Post()
  @Access('anonymous')
  @Audited('session.created', 'sessionId')
  @OwnIdempotency()
  @ApiCreatedResponse({ type: SessionDto })
  @ApiProblems(400, 401, 403, 429)
  async createSession(
    @Body() { apiKey }: SignInRequestDto,
    @SessionCredential() credential: Credential | null,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    if (this.origin.isForeignPage(request.raw)) throw new AppError('CROSS_SITE_REQUEST');
    const signedIn = await this.signIns.signInByKey(apiKey, request.ip, browserOf(request));
    await this.signIns.endFormer(principalOf(request), credential);
    return this.welcome(signedIn, request, reply);
  }

  /** Redirects the browser to the identity provider. Answers 404 where none is set up for browsers. */
  @Get('oidc')
  @Access('anonymous')
  @Redirect()
  @ApiResponse({ status: 302, description: 'To the identity provider.', headers: LOCATION })
  @ApiProblems(400, 404, 503)
  async startOidcSignIn(
    @Query() { returnTo }: OidcSignInQuery,
    @Req() { raw }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ url: string; statusCode: number }> {
    const { location, state, expiresAt } = await this.oidc.start(raw, returnTo);
    reply.header('set-cookie', this.cookie.writeSignIn(raw, state, expiresAt));
    return { url: location, statusCode: 302 };
  }

  /**
   * Ends the sign-in at the identity provider, which leads the browser here, and leads on to the console with a session. After a
   * failure the console is told why, by `?signInError=` and a code.
   */
  @Get('oidc/callback')
  @Access('anonymous')
  @Redirect()
  @ApiResponse({ status: 303, description: 'To the console.', headers: LOCATION })
  @ApiProblems(404)
  async finishOidcSignIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ url: string; statusCode: number }> {
    const { raw } = request;
    const sealed = this.cookie.readSignIn(raw);
    if (sealed !== null) reply.header('set-cookie', this.cookie.clearSignIn(raw));
    try {
      const { principal, returnTo } = await this.oidc.finish(raw, sealed);
      this.welcome(await this.signIns.signIn(principal, null, browserOf(request)), request, reply);
      return { url: returnTo, statusCode: 303 };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'NOT_FOUND') throw error;
      return { url: consoleWithError(error.code), statusCode: 303 };
    }
  }

  /** Returns the session of this request, and whose it is. Answers 404 to callers with a token. */
  @Get('current')
  @Access('user')
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems(404)
  getCurrentSession(
    @CurrentUser() user: UserPrincipal,
    @SessionCredential() credential: Credential | null,
  ): Promise<SessionDto> {
    return this.signIns.getCurrent(user, credential);
  }

  /** Ends the session of this request. Its open streams and sockets end with it, and the cookie is removed. */
  @Delete('current')
  @Access('user')
  @Audited('session.ended')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Signed out.' })
  @ApiProblems(404)
  async deleteCurrentSession(
    @CurrentUser() user: UserPrincipal,
    @SessionCredential() credential: Credential | null,
    @Req() { raw }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.signIns.endCurrent(user, credential);
    reply.removeHeader('set-cookie').header('set-cookie', this.cookie.clear(raw));
  }

  /** From here on the request is one of the user, for the audit log as well. */
  private welcome({ issued, principal, dto }: SignedIn, request: FastifyRequest, reply: FastifyReply): SessionDto {
    (request as unknown as WithPrincipal).principal = principal;
    reply.header('set-cookie', this.cookie.write(request.raw, issued.secret, issued.session.expiresAt));
    return dto;
  }
}

const principalOf = (request: FastifyRequest): Principal => (request as unknown as WithPrincipal).principal;
const browserOf = ({ headers }: FastifyRequest): string => headers['user-agent'] ?? '';
