import { type Dispatcher, request } from 'undici';
import { errorFromTransport, ProviderError } from '../errors/provider-error.js';

/** An application that Microsoft Entra gives tokens to, in place of a key. */
export interface EntraApplication {
  /** The origin of the login service; every cloud has its own. */
  loginUrl: string;
  tenantId: string;
  clientId: string;
  /** Plain text here, as the key of a connection is. */
  clientSecret: string;
  scope: string;
}

interface Held {
  token: string;
  /** From then on another one is asked for. */
  renewAt: number;
  /** From then on this one is of no use. */
  endsAt: number;
}

interface Place {
  held: Held | null;
  running: Promise<string> | null;
}

const MOST_PLACES = 256;
const LONGEST_TOKEN = 16_384;
/** The clocks of two servers differ, and a request takes its time. */
const SPARE_MS = 30_000;
const RENEW_BEFORE_MS = 300_000;

/** What an administrator can do about a refusal, by Microsoft's codes for it. */
const REASONS: Readonly<Record<string, string>> = {
  AADSTS7000215: 'the client secret is wrong',
  AADSTS7000222: 'the client secret has expired',
  AADSTS700016: 'the tenant has no application with this client id',
  AADSTS7000112: 'the application is disabled',
  AADSTS90002: 'there is no such tenant',
  AADSTS900023: 'there is no such tenant',
  AADSTS500011: 'the tenant does not know the scope',
  AADSTS70011: 'the scope is not valid',
  AADSTS1002012: 'the scope is not valid',
};

/**
 * The tokens of applications, by client credentials. One is asked for at a time, some minutes before the last one ends, while that one goes
 * on being used.
 */
export class EntraTokens {
  private readonly places = new Map<string, Place>();

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly timeoutMs: number,
  ) {}

  /** At once when there is one. The promise rejects with a `ProviderError`. */
  get(application: EntraApplication): string | Promise<string> {
    const place = this.placeOf(application);
    const now = Date.now();
    if (place.held && now < place.held.renewAt) return place.held.token;
    const renewal = (place.running ??= this.renew(place, application));
    if (!place.held || now >= place.held.endsAt) return renewal;
    renewal.catch(() => undefined);
    return place.held.token;
  }

  /** The service has refused this token. */
  drop(application: EntraApplication, token: string): void {
    const place = this.placeOf(application);
    if (place.held?.token === token) place.held = null;
  }

  private placeOf(application: EntraApplication): Place {
    const { loginUrl, tenantId, clientId, clientSecret, scope } = application;
    const name = JSON.stringify([loginUrl, tenantId, clientId, clientSecret, scope]);
    let place = this.places.get(name);
    if (!place) {
      if (this.places.size >= MOST_PLACES) this.places.clear();
      place = { held: null, running: null };
      this.places.set(name, place);
    }
    return place;
  }

  private async renew(place: Place, application: EntraApplication): Promise<string> {
    try {
      place.held = await this.ask(application);
      return place.held.token;
    } finally {
      place.running = null;
    }
  }

  private async ask({ loginUrl, tenantId, clientId, clientSecret, scope }: EntraApplication): Promise<Held> {
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
    let status: number;
    let text: string;
    try {
      const answer = await request(`${loginUrl}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`, {
        dispatcher: this.dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams(form).toString(),
        headersTimeout: this.timeoutMs,
        bodyTimeout: this.timeoutMs,
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      status = answer.statusCode;
      text = await answer.body.text();
    } catch (error) {
      const { code, message } = errorFromTransport(error, false);
      throw new ProviderError(code, { detail: message.replace('The model service', 'The login service of Entra') });
    }
    return status === 200 ? heldOf(text) : refuse(status, text);
  }
}

function heldOf(text: string): Held {
  const { access_token: token, expires_in: seconds } = parsed(text);
  const lifeMs = Number(seconds) * 1000;
  if (typeof token !== 'string' || token.length > LONGEST_TOKEN || !/^[\x21-\x7e]+$/.test(token) || !(lifeMs > 0))
    throw new ProviderError('PROVIDER_MALFORMED', { detail: 'The login service of Entra answered without a token.' });
  const now = Date.now();
  return {
    token,
    renewAt: now + Math.max(lifeMs - RENEW_BEFORE_MS, lifeMs / 2),
    endsAt: now + Math.max(lifeMs - SPARE_MS, lifeMs / 2),
  };
}

/** Of what the login service says only its codes are told: the rest names the tenant and the request. */
function refuse(status: number, text: string): never {
  const { error, error_description: description } = parsed(text);
  const code = /^AADSTS\d+/.exec(typeof description === 'string' ? description : '')?.[0];
  const name = typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : null;
  const codes = [name, code].filter((each) => each !== null && each !== undefined).join(', ');
  const reason = code !== undefined && Object.hasOwn(REASONS, code) ? `: ${REASONS[code]}` : '';
  if (status === 429 || status >= 500)
    throw new ProviderError('PROVIDER_ERROR', { detail: `The login service of Entra answered ${status}.` });
  const detail = `Microsoft Entra gave no token (${codes || status})${reason}.`;
  throw new ProviderError('PROVIDER_AUTH_FAILED', { detail });
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
