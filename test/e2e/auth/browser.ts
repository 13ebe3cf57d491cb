import { HttpClient, type Answer, type HttpRequest } from '../../support/http-client.js';

/** A browser as far as sessions go: it keeps cookies, and says of its own pages that they are of the same origin. */
export class Browser extends HttpClient {
  readonly cookies = new Map<string, string>();

  constructor(url: string, headers: Record<string, string> = {}, fetch = globalThis.fetch) {
    super(url, { 'sec-fetch-site': 'same-origin', 'user-agent': 'Test/1.0', ...headers }, fetch);
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** The same browser without what it has been given. */
  copy(): Browser {
    const copy = new Browser(this.url, this.headers);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    return copy;
  }

  override async raw(
    method: string,
    path: string,
    body?: BodyInit,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const cookie = this.cookies.size > 0 && { cookie: this.cookie };
    const all = { ...this.headers, ...cookie, ...headers };
    const response = await this.fetch(this.url + path, { method, body, headers: all, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) this.keep(set);
    return response;
  }

  async signIn(apiKey: string): Promise<Record<string, unknown>> {
    const { status, text, body } = await this.call('POST', '/api/sessions', { apiKey });
    if (status !== 201) throw new Error(`${status} ${text}`);
    return body;
  }

  whoAmI(): Promise<Answer> {
    return this.call('GET', '/api/sessions/current');
  }

  /** The status of an answer, whatever is in it. */
  async status(...request: HttpRequest): Promise<number> {
    return (await this.text(...request)).status;
  }

  private keep(set: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(set)!;
    if (/max-age=0(;|$)/i.test(set)) this.cookies.delete(name!);
    else this.cookies.set(name!, value!);
  }
}
