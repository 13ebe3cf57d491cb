import { createRemoteJWKSet, type RemoteJWKSet } from 'jose';

const TIMEOUT_MS = 5000;
/** After a failure, callers are told so for this long instead of waiting for the same one again. */
const PAUSE_MS = 3000;

/** The issuer's signing keys, found through its discovery document unless their address is configured. */
export class IssuerKeys {
  private keys: Promise<RemoteJWKSet> | null = null;

  constructor(
    private readonly issuer: string,
    private readonly jwksUrl: string | null,
  ) {}

  /** Rejects when the issuer cannot be asked where its keys are. */
  get(): Promise<RemoteJWKSet> {
    if (this.keys === null) {
      const keys = this.locate().then((url) => createRemoteJWKSet(url, { timeoutDuration: TIMEOUT_MS }));
      this.keys = keys;
      keys.catch(() => setTimeout(() => (this.keys = null), PAUSE_MS).unref());
    }
    return this.keys;
  }

  private async locate(): Promise<URL> {
    if (this.jwksUrl !== null) return new URL(this.jwksUrl);
    const address = `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
    const { issuer, jwks_uri: uri } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (issuer !== this.issuer) throw new Error(`${address} speaks of another issuer.`);
    const url = typeof uri === 'string' && URL.canParse(uri) ? new URL(uri) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) throw new Error(`${address} names no address of keys.`);
    return url;
  }
}
