import { AppConfig, AppError, hasCode, notFound, OwnOrigin, type Sent, type UserPrincipal } from '@app/common';
import { Injectable, Logger } from '@nestjs/common';
import { EncryptJWT, jwtDecrypt } from 'jose';
import {
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  type Configuration,
} from 'openid-client';
import { SecretsService } from '../../secrets/index.js';
import { UsersService, type ExternalIdentity } from '../../users/index.js';
import { OidcService } from '../oidc.service.js';
import { consolePath } from './console-path.js';
import { IssuerClient } from './issuer-client.js';

const CALLBACK_PATH = '/api/sessions/oidc/callback';
const MINUTES = 10;
const PURPOSE = 'browser-sign-in';
/** `ClientError` is for faults of the network as well. */
const NETWORK_FAULTS = ['OAUTH_TIMEOUT', 'OAUTH_ABORT'];

/** Where to send the browser, and what it brings back. */
export interface StartedSignIn {
  location: string;
  /** Sealed: what the answer of the issuer is checked against. */
  state: string;
  expiresAt: Date;
}

interface SignInState {
  state: string;
  nonce: string;
  verifier: string;
  returnTo: string;
}

/** Signs people in at the configured issuer: authorization code with PKCE, state and nonce. */
@Injectable()
export class OidcSignInService {
  private readonly logger = new Logger('Oidc');
  private readonly origin: OwnOrigin;

  constructor(
    config: AppConfig,
    private readonly client: IssuerClient,
    private readonly oidc: OidcService,
    private readonly users: UsersService,
    private readonly secrets: SecretsService,
  ) {
    this.origin = new OwnOrigin(config);
  }

  /** Throws NOT_FOUND where no client is configured, AUTH_UNAVAILABLE when the issuer cannot be asked. */
  async start(request: Sent, returnTo: string | undefined): Promise<StartedSignIn> {
    const { scopes } = this.requireOffer();
    const verifier = randomPKCECodeVerifier();
    const checks = { state: randomState(), nonce: randomNonce(), verifier, returnTo: consolePath(returnTo) };
    const location = buildAuthorizationUrl(await this.issuer(), {
      redirect_uri: this.origin.of(request) + CALLBACK_PATH,
      response_type: 'code',
      scope: scopes,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const expiresAt = new Date(Date.now() + MINUTES * 60_000);
    const state = await new EncryptJWT({ ...checks })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setExpirationTime(expiresAt)
      .encrypt(this.secrets.deriveKey(PURPOSE));
    return { location: location.href, state, expiresAt };
  }

  /** Who came back from the issuer, and where they wanted to go. Throws SIGN_IN_FAILED or AUTH_UNAVAILABLE. */
  async finish(
    request: Sent & { url?: string },
    sealed: string | null,
  ): Promise<{ principal: UserPrincipal; returnTo: string }> {
    this.requireOffer();
    const { returnTo, ...checks } = await this.open(sealed);
    const [address, base] = [request.url ?? '', this.origin.of(request)];
    if (!URL.canParse(address, base)) throw failed(null);
    const identity = await this.exchange(new URL(address, base), checks);
    try {
      return { principal: await this.users.getExternalPrincipal(identity), returnTo };
    } catch (error) {
      throw hasCode(error, 'INVALID_TOKEN') ? failed(error) : error;
    }
  }

  private async exchange(
    url: URL,
    { state, nonce, verifier }: Omit<SignInState, 'returnTo'>,
  ): Promise<ExternalIdentity> {
    const issuer = await this.issuer();
    try {
      const tokens = await authorizationCodeGrant(issuer, url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const named = this.oidc.identityOf(tokens.claims()!);
      return (await this.identityOfAccess(tokens.access_token, named.subject)) ?? named;
    } catch (error) {
      if (hasCode(error, 'AUTH_UNAVAILABLE')) throw error;
      throw isRefusal(error) ? failed(error) : this.outage(error);
    }
  }

  /**
   * A token that programs could call with as well says the same of a person as theirs do, which the short one for us may not: many issuers
   * name roles there only.
   */
  private async identityOfAccess(token: string, subject: string): Promise<ExternalIdentity | null> {
    if (!this.oidc.accepts(token)) return null;
    try {
      const identity = await this.oidc.verify(token);
      return identity.subject === subject ? identity : null;
    } catch (error) {
      if (hasCode(error, 'INVALID_TOKEN')) return null;
      throw error;
    }
  }

  private async open(sealed: string | null): Promise<SignInState> {
    if (sealed === null) throw failed(null);
    try {
      return (await jwtDecrypt<SignInState>(sealed, this.secrets.deriveKey(PURPOSE))).payload;
    } catch (error) {
      throw failed(error);
    }
  }

  private async issuer(): Promise<Configuration> {
    try {
      return await this.client.get();
    } catch (error) {
      throw this.outage(error);
    }
  }

  private outage(error: unknown): AppError {
    this.logger.warn(`The issuer cannot be asked: ${(error as Error).message}`);
    return new AppError('AUTH_UNAVAILABLE', { retryAfterSeconds: 5, cause: error });
  }

  private requireOffer(): { name: string; scopes: string } {
    const { offer } = this.client;
    if (offer === null) throw notFound('A sign-in at an identity provider');
    return offer;
  }
}

const failed = (cause: unknown): AppError => new AppError('SIGN_IN_FAILED', { cause });

/** The issuer has answered, and it is not what was asked for. */
const isRefusal = (error: unknown): boolean =>
  hasCode(error, 'INVALID_TOKEN') ||
  error instanceof AuthorizationResponseError ||
  error instanceof ResponseBodyError ||
  error instanceof WWWAuthenticateChallengeError ||
  (error instanceof ClientError && !NETWORK_FAULTS.includes(error.code ?? ''));
