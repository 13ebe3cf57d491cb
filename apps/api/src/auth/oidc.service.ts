import { AppConfig, AppError, databaseTime } from '@app/common';
import { Injectable, Logger } from '@nestjs/common';
import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { ExternalIdentity } from '../users/index.js';
import { claimAt, firstText, rolesOf } from './claims.js';
import { IssuerKeys } from './issuer-keys.js';

/** Signatures that only the issuer can make: a shared secret, or none, would allow others to sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const CLOCK_TOLERANCE_SECONDS = 30;
const SUBJECT_LENGTH = 400;
const NAME_LENGTH = 190;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** The issuer could not be asked; everything else says that the token is wrong. */
const isOutage = (error: unknown): boolean =>
  !(error instanceof errors.JOSEError) ||
  error.code === errors.JOSEError.code ||
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid;

/** Checks the tokens of the configured OIDC issuer and returns the identity that they name. */
@Injectable()
export class OidcService {
  private readonly logger = new Logger('Oidc');
  private readonly settings: AppConfig['auth']['oidc'];
  private readonly keys: IssuerKeys | null;

  constructor({ auth: { oidc } }: AppConfig) {
    this.settings = oidc;
    this.keys = oidc === null ? null : new IssuerKeys(oidc.issuer, oidc.jwksUrl);
  }

  /** Whether the token is for this service to check: an issuer is configured, and it has the form of a JWT. */
  accepts(token: string): boolean {
    if (this.settings === null || !JWT.test(token)) return false;
    try {
      return decodeProtectedHeader(token) !== null;
    } catch {
      return false;
    }
  }

  /** Throws INVALID_TOKEN, or AUTH_UNAVAILABLE when the issuer's keys cannot be had. */
  async verify(token: string): Promise<ExternalIdentity> {
    const { issuer, audience } = this.settings!;
    return this.identityOf(await this.claimsOf(token, issuer, audience));
  }

  /** What claims of the issuer, which were checked, say of a person. Throws INVALID_TOKEN when they name no person. */
  identityOf(claims: JWTPayload): ExternalIdentity {
    const { issuer, loginClaim, rolesClaim } = this.settings!;
    const sub: unknown = claims.sub;
    const subject = `${issuer}|${String(sub)}`;
    const login = firstText(claims, loginClaim, 'email', 'sub');
    if (typeof sub !== 'string' || sub === '' || login === null || subject.length > SUBJECT_LENGTH)
      throw new AppError('INVALID_TOKEN', { detail: 'The token names no usable subject.' });
    const displayName = Array.from(firstText(claims, 'name') ?? login)
      .slice(0, NAME_LENGTH)
      .join('');
    return { subject, login, displayName, roles: rolesOf(claimAt(claims, rolesClaim)) };
  }

  private async claimsOf(token: string, issuer: string, audience: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, await this.keys!.get(), {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        currentDate: databaseTime(),
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['sub', 'exp'],
      });
      return payload;
    } catch (error) {
      if (!isOutage(error)) throw new AppError('INVALID_TOKEN', { cause: error });
      this.logger.warn(`The keys of ${issuer} cannot be had: ${(error as Error).message}`);
      throw new AppError('AUTH_UNAVAILABLE', { retryAfterSeconds: 5, cause: error });
    }
  }
}
