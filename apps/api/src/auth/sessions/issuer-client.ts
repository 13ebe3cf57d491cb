import { AppConfig } from '@app/common';
import { Injectable } from '@nestjs/common';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ClientAuth,
  type ServerMetadata,
} from 'openid-client';

const TIMEOUT_SECONDS = 5;
/** After a failure, people are told so for this long instead of waiting for the same one again. */
const PAUSE_MS = 3000;

type Settings = NonNullable<AppConfig['auth']['oidcClient']>;

/** This server as a client of the configured issuer, which is asked once where everything is. */
@Injectable()
export class IssuerClient {
  private readonly settings: Settings | null;
  private found: Promise<Configuration> | null = null;

  constructor({ auth: { oidcClient } }: AppConfig) {
    this.settings = oidcClient;
  }

  /** What the button is called, and what is asked for; null where people cannot sign in at an issuer. */
  get offer(): { name: string; scopes: string } | null {
    return this.settings;
  }

  /** Rejects when the issuer cannot be asked. */
  get(): Promise<Configuration> {
    if (this.found === null) {
      const found = this.discover(this.settings!);
      this.found = found;
      found.catch(() => setTimeout(() => (this.found = null), PAUSE_MS).unref());
    }
    return this.found;
  }

  private async discover({ issuer, id, secret }: Settings): Promise<Configuration> {
    // An issuer without TLS is the operator's choice: on loopback, or in a network of its own.
    const insecure = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
    const options = { execute: insecure, timeout: TIMEOUT_SECONDS };
    const metadata = (await discovery(new URL(issuer), id, undefined, None(), options)).serverMetadata();
    const client = new Configuration(metadata, id, undefined, authenticationBy(secret, metadata));
    client.timeout = TIMEOUT_SECONDS;
    for (const set of [...insecure, enableNonRepudiationChecks]) set(client);
    return client;
  }
}

function authenticationBy(
  secret: string | null,
  { token_endpoint_auth_methods_supported: known }: ServerMetadata,
): ClientAuth {
  if (secret === null) return None();
  const isPostOnly = known?.includes('client_secret_post') === true && !known.includes('client_secret_basic');
  return isPostOnly ? ClientSecretPost(secret) : ClientSecretBasic(secret);
}
