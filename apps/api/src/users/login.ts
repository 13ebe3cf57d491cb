const MAX_LENGTH = 190;
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Logins are compared without regard to case on every database, so they are stored in one form. Null for what cannot be one. */
export function normalizeLogin(text: string): string | null {
  const login = text.trim().normalize('NFC').toLowerCase();
  return login === '' || Array.from(login).length > MAX_LENGTH || FORBIDDEN.test(login) ? null : login;
}
