import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

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

/** What an authorization code stands for, once. */
interface Authorization {
  clientId: string;
  redirectUri: string;
  nonce: string;
  challenge: string;
}

/** Our server as it is registered at the issuer. */
export const CLIENT = { id: 'baton-console', secret: 'a secret: with % signs' };

/** An OIDC issuer on loopback: discovery document, keys, tokens of every kind, right and wrong, and sign-ins of browsers. */
export class OidcIssuer {
  /** How often each path was asked for. */
  readonly requests: string[] = [];
  /** Answers 500 to everything while set. */
  isBroken = false;
  /** Claims that the next sign-in names in its token of identity, and in the one of access. */
  identity: Record<string, unknown> = {};
  access: Record<string, unknown> = {};
  private readonly keys: SigningKey[] = [];
  private readonly codes = new Map<string, Authorization>();

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
      void issuer.answer(request).then(({ status, location, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', ...(location !== undefined && { location }) });
        response.end(JSON.stringify(body ?? {}));
      });
    });
    await issuer.addKey();
    return issuer;
  }

  /** What the server under test needs to be told. */
  get settings(): Record<string, string> {
    return { OIDC_ISSUER: this.issuer, OIDC_AUDIENCE: 'baton' };
  }

  /** The same, and what it needs for sign-ins of browsers. */
  get clientSettings(): Record<string, string> {
    return { ...this.settings, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret };
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

  private async answer(request: IncomingMessage): Promise<{ status: number; location?: string; body?: unknown }> {
    if (this.isBroken) return { status: 500 };
    const { pathname, searchParams } = new URL(request.url!, this.issuer);
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return { status: 200, body: this.metadata() };
      case '/keys':
        return { status: 200, body: { keys: this.keys.map(({ publicJwk }) => publicJwk) } };
      case '/authorize':
        return { status: 302, location: this.authorize(searchParams) };
      case '/token':
        return this.exchange(request);
      default:
        return { status: 500 };
    }
  }

  private metadata(): Record<string, unknown> {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}/keys`,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  /** Every caller is signed in at once. */
  private authorize(query: URLSearchParams): string {
    const code = randomUUID();
    const redirectUri = query.get('redirect_uri')!;
    this.codes.set(code, {
      clientId: query.get('client_id')!,
      redirectUri,
      nonce: query.get('nonce')!,
      challenge: query.get('code_challenge')!,
    });
    const location = new URL(redirectUri);
    location.search = new URLSearchParams({ code, state: query.get('state')! }).toString();
    return location.href;
  }

  /** Codes are good once, for the client that asked when it can show what the challenge was made of. */
  private async exchange(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const form = new URLSearchParams(await text(request));
    const authorization = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    const [id, secret] = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64')
      .toString()
      .split(':', 2)
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    if (id !== CLIENT.id || secret !== CLIENT.secret) return { status: 401, body: { error: 'invalid_client' } };
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isGood =
      authorization?.clientId === id &&
      authorization.challenge === challenge &&
      authorization.redirectUri === form.get('redirect_uri');
    if (!isGood) return { status: 400, body: { error: 'invalid_grant' } };
    const claims = { aud: CLIENT.id, nonce: authorization.nonce, ...this.identity };
    const idToken = await this.token({ claims });
    const accessToken = await this.token({ claims: this.access });
    return {
      status: 200,
      body: { token_type: 'Bearer', access_token: accessToken, id_token: idToken, expires_in: 300 },
    };
  }
}
