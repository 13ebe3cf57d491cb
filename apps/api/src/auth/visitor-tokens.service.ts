import { databaseTime, AppError, GUEST_NAME, type VisitorPrincipal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, SignJWT, type JWTVerifyResult } from 'jose';
import { SecretsService } from '../secrets/index.js';

const PREFIX = 'bv_';
const ISSUER = 'baton';
const AUDIENCE = 'baton/visitor';
const ALGORITHM = 'HS256';
const LIFETIME_MS = 30 * 24 * 3_600_000;
const PURPOSE = 'visitor-tokens';
const CLAIMS = {
  issuer: ISSUER,
  audience: AUDIENCE,
  algorithms: [ALGORITHM],
  requiredClaims: ['sub', 'exp', 'bot'],
};
const VISITOR_ID = /^[\w-]{1,64}$/;

export interface VisitorToken {
  token: string;
  expiresAt: Date;
}

/** Tokens by which visitors without an account are known again. Bound to a visitor and a bot, signed, valid for 30 days. */
@Injectable()
export class VisitorTokensService {
  constructor(private readonly secrets: SecretsService) {}

  /** Whether the token is for this service to check. */
  accepts(token: string): boolean {
    return token.startsWith(PREFIX);
  }

  async issue({ visitorId, botId }: Pick<VisitorPrincipal, 'visitorId' | 'botId'>): Promise<VisitorToken> {
    const expiresAt = new Date(databaseTime().getTime() + LIFETIME_MS);
    const jwt = await new SignJWT({ bot: botId })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(visitorId)
      .setIssuedAt(databaseTime())
      .setExpirationTime(expiresAt)
      .sign(this.secrets.deriveKey(PURPOSE));
    return { token: PREFIX + jwt, expiresAt };
  }

  /** Throws INVALID_TOKEN for a token that is forged, expired, or meant for something else. */
  async verify(token: string): Promise<VisitorPrincipal> {
    try {
      const { payload } = await this.verifyByAnyKey(token.slice(PREFIX.length));
      const { sub, bot } = payload;
      if (typeof bot !== 'string' || !VISITOR_ID.test(sub ?? '')) throw new AppError('INVALID_TOKEN');
      return { kind: 'visitor', visitorId: sub!, botId: bot, displayName: GUEST_NAME };
    } catch (error) {
      throw new AppError('INVALID_TOKEN', { cause: error });
    }
  }

  /** What a previous encryption key has signed is valid as long as that key is set. */
  private async verifyByAnyKey(jwt: string): Promise<JWTVerifyResult> {
    const [current, ...previous] = this.secrets.deriveKeys(PURPOSE);
    try {
      return await jwtVerify(jwt, current!, { ...CLAIMS, currentDate: databaseTime() });
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      for (const key of previous) {
        const verified = await jwtVerify(jwt, key, { ...CLAIMS, currentDate: databaseTime() }).catch(() => null);
        if (verified !== null) return verified;
      }
      throw error;
    }
  }
}
