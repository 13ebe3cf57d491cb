import { ApiError, type Api, type Session } from '../api.js';
import type { BotStorage } from './storage.js';

const RENEW_BEFORE_MS = 24 * 3_600_000;

/** Who the visitor is: known by a token that the browser keeps, and renewed before it expires. */
export class Visitor {
  private session: Session | null = null;

  constructor(
    private readonly api: Api,
    private readonly storage: BotStorage,
    private readonly botCode: string,
  ) {}

  get isKnown(): boolean {
    return this.session !== null;
  }

  /** Throws while there is no session. */
  get token(): string {
    if (this.session === null) throw new ApiError(0, 'UNREACHABLE');
    return this.session.token;
  }

  /** Asks the server for a token. Returns whether the visitor is still the same. */
  async renew(): Promise<boolean> {
    const before = this.session;
    const memory = this.storage.read();
    this.session = await this.api.openSession(this.botCode, before?.token ?? memory.token);
    this.storage.write({ token: this.session.token });
    return before === null || before.visitorId === this.session.visitorId;
  }

  /** The token, renewed when it does not hold much longer. */
  async freshToken(): Promise<string> {
    if (this.session === null || Date.parse(this.session.expiresAt) - Date.now() < RENEW_BEFORE_MS)
      await this.renew().catch(() => undefined);
    return this.session?.token ?? '';
  }

  /** Another tab may know better. */
  adopt(token: string | null): void {
    if (this.session !== null && token !== null) this.session = { ...this.session, token };
  }
}
