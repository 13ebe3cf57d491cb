import type { DatabaseTarget } from '@app/common';
import { createConnection, type Connection, type ConnectionOptions, type SslOptions } from 'mysql2/promise';
import { readFileSync } from 'node:fs';

const FIRST_CONNECT_TIMEOUT_MS = 10_000;

export function tlsOptions({ mode, caFile }: DatabaseTarget['tls']): SslOptions | undefined {
  if (mode === 'DISABLED') return undefined;
  if (mode === 'REQUIRED') return { rejectUnauthorized: false };
  const ca = caFile === null ? {} : { ca: readCertificates(caFile) };
  return { ...ca, rejectUnauthorized: true, verifyIdentity: mode === 'VERIFY_IDENTITY' };
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`ssl-ca in DATABASE_URL cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** A server that demands TLS says that access is denied, as for a wrong password: which of both it is, a second try tells. */
export async function firstConnection(options: ConnectionOptions): Promise<Connection> {
  const connect = (ssl?: SslOptions): Promise<Connection> =>
    createConnection({ ...options, ...(ssl && { ssl }), connectTimeout: FIRST_CONNECT_TIMEOUT_MS });
  try {
    return await connect();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'HANDSHAKE_SSL_ERROR')
      throw new Error(`TLS with the database server fails: ${message}.`, { cause: error });
    const secured = options.ssl === undefined ? await connect({ rejectUnauthorized: false }).catch(() => null) : null;
    if (secured === null) throw error;
    await secured.end();
    throw new Error(
      'The database server demands TLS: add ?ssl-mode=VERIFY_CA&ssl-ca=/path/to/ca.pem to DATABASE_URL, or ?ssl-mode=REQUIRED for encryption without proof of who it is.',
      { cause: error },
    );
  }
}
