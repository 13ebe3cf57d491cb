import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

export interface TokenOptions {
  /** Replaces or removes (undefined) the claims that a good token has. */
  claims?: Record<string, unknown>;
  /** Replaces members of the header. */
  header?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An OIDC issuer on loopback: discovery document, keys, and tokens of every kind, right and wrong. */
export class OidcIssuer {
  /** How often each path was asked for. */
  readonly requests: string[] = [];
  /** Answers 500 to everything while set. */
  isBroken = false;
  private readonly keys: SigningKey[] = [];

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  static async start(): Promise<OidcIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = new OidcIssuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      issuer.requests.push(request.url!);
      const body = issuer.isBroken ? undefined : issuer.documentAt(request.url!);
      response.writeHead(body === undefined ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
    await issuer.addKey();
    return issuer;
  }

  /** What the server under test needs to be told. */
  get settings(): Record<string, string> {
    return { OIDC_ISSUER: this.issuer, OIDC_AUDIENCE: 'baton' };
  }

  get publicJwk(): JWK {
    return this.keys.at(-1)!.publicJwk;
  }

  /** New tokens are signed with it. */
  async addKey(): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const kid = `key-${this.keys.length + 1}`;
    const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
    this.keys.push({ kid, privateKey, publicJwk });
  }

  /** A good token unless the options spoil it. */
  token({ claims = {}, header = {}, key }: TokenOptions = {}): Promise<string> {
    const newest = this.keys.at(-1)!;
    return new SignJWT(this.claims(claims))
      .setProtectedHeader({ alg: 'RS256', kid: newest.kid, ...header })
      .sign(key ?? newest.privateKey);
  }

  /** A token with `alg: none` and no signature. */
  unsignedToken(claims: Record<string, unknown> = {}): string {
    return `${base64url({ alg: 'none' })}.${base64url(this.claims(claims))}.`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private claims(changes: Record<string, unknown>): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.issuer,
      aud: 'baton',
      sub: 'subject-1',
      preferred_username: 'Ada',
      name: 'Ada Lovelace',
      iat: now,
      exp: now + 300,
      ...changes,
    };
  }

  private documentAt(path: string): unknown {
    if (path === '/.well-known/openid-configuration') return { issuer: this.issuer, jwks_uri: `${this.issuer}/keys` };
    return path === '/keys' ? { keys: this.keys.map(({ publicJwk }) => publicJwk) } : undefined;
  }
}
