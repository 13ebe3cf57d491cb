import { AppError } from '@app/common';

/** Everything that a token may consist of (RFC 6750), and what people make up as keys. */
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/** The token of an `Authorization` header; null without a header. Anything but one bearer token is refused, never ignored. */
export function parseBearer(header: string | undefined): string | null {
  if (header === undefined) return null;
  const token = BEARER.exec(header)?.[1];
  if (token === undefined)
    throw new AppError('INVALID_TOKEN', { detail: 'The Authorization header must be "Bearer" and a token.' });
  return token;
}
