import { AppConfig, OwnOrigin, type Sent } from '@app/common';
import { Injectable } from '@nestjs/common';
import { parseCookie, stringifySetCookie } from 'cookie';

/** Browsers take a cookie of this name from the very host only, over TLS: no other host can set it. */
const HOST_ONLY = '__Host-';
const SESSION = 'baton_session';
const SIGN_IN = 'baton_sign_in';

/** The cookie of a session, and the short one of a sign-in at the issuer. No page can read either. */
@Injectable()
export class SessionCookie {
  private readonly origin: OwnOrigin;

  constructor(config: AppConfig) {
    this.origin = new OwnOrigin(config);
  }

  /** The secret that a browser sent; null without one. */
  read(request: Sent): string | null {
    return this.valueOf(request, SESSION);
  }

  write(request: Sent, secret: string, expiresAt: Date): string {
    return this.cookie(request, SESSION, secret, 'strict', expiresAt);
  }

  clear(request: Sent): string {
    return this.cookie(request, SESSION, '', 'strict', new Date(0));
  }

  readSignIn(request: Sent): string | null {
    return this.valueOf(request, SIGN_IN);
  }

  /** The issuer's page leads back to us: strict cookies would not come along. */
  writeSignIn(request: Sent, state: string, expiresAt: Date): string {
    return this.cookie(request, SIGN_IN, state, 'lax', expiresAt);
  }

  clearSignIn(request: Sent): string {
    return this.cookie(request, SIGN_IN, '', 'lax', new Date(0));
  }

  private valueOf(request: Sent, name: string): string | null {
    const { cookie } = request.headers;
    if (cookie === undefined || !cookie.includes(name)) return null;
    return parseCookie(cookie)[this.nameOf(request, name)] || null;
  }

  private cookie(request: Sent, name: string, value: string, sameSite: 'strict' | 'lax', expires: Date): string {
    const secure = this.origin.isSecure(request);
    const maxAge = Math.max(0, Math.round((expires.getTime() - Date.now()) / 1000));
    return stringifySetCookie(this.nameOf(request, name), value, {
      path: '/',
      httpOnly: true,
      secure,
      sameSite,
      maxAge,
    });
  }

  private nameOf(request: Sent, name: string): string {
    return this.origin.isSecure(request) ? HOST_ONLY + name : name;
  }
}
