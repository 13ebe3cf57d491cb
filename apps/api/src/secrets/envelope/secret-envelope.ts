import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const AUTH_TAG_LENGTH = 16;
const IV_LENGTH = 12;
const VERSION = 'v1';
const ENVELOPE = /^v1\.(?:([\w-]+)\.)?([\w-]+)\.([\w-]+)\.([\w-]*)$/;

/** Says which key an envelope needs without saying anything about the key. */
export const keyIdOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8);

/** The id of the key that has sealed the envelope; null when it names none, or is no envelope. */
export const keyIdIn = (envelope: string): string | null => ENVELOPE.exec(envelope)?.[1] ?? null;

/** Encrypts a text so that it opens only with the same key and in the same place. */
export function seal(key: Buffer, text: string, place: string): string {
  const iv = randomBytes(IV_LENGTH);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: AUTH_TAG_LENGTH });
  cipher.setAAD(Buffer.from(place, 'utf8'));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return [
    VERSION,
    keyIdOf(key),
    iv.toString('base64url'),
    cipher.getAuthTag().toString('base64url'),
    sealed.toString('base64url'),
  ].join('.');
}

/** The text of an envelope; null when it was made with another key, for another place, or has been changed. */
export function open(key: Buffer, envelope: string, place: string): string | null {
  const [, keyId, iv, tag, sealed] = ENVELOPE.exec(envelope) ?? [];
  if (iv === undefined || tag === undefined || sealed === undefined) return null;
  // What names no key may be of this one: its tag tells.
  if (keyId !== undefined && keyId !== keyIdOf(key)) return null;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(iv, 'base64url'), { authTagLength: AUTH_TAG_LENGTH });
    decipher.setAAD(Buffer.from(place, 'utf8'));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64url')), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
