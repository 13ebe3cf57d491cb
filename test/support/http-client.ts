export interface TextAnswer {
  status: number;
  headers: Headers;
  text: string;
}

export interface Answer<Body = Record<string, unknown>> extends TextAnswer {
  body: Body;
}

/** Bytes are sent as they are, every other body as JSON. */
export type HttpRequest = [method: string, path: string, body?: unknown, headers?: Record<string, string>];

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/**
 * Calls a server by method and path, for tests of addresses and of what is sent to them. `CatalogueClient` calls the operations of
 * the document by name, with typed parameters and documented bodies; `sendRaw` sends what no client would.
 */
export class HttpClient {
  /** `fetch` of an `OpenApiValidator` holds every answer against the document. */
  constructor(
    protected readonly url: string,
    readonly headers: Record<string, string> = {},
    protected readonly fetch: typeof globalThis.fetch = globalThis.fetch,
  ) {}

  /** The answer unread, for bytes and streams. */
  raw(method: string, path: string, body?: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(this.url + path, { method, body, headers: { ...this.headers, ...headers } });
  }

  async text(...[method, path, body, headers]: HttpRequest): Promise<TextAnswer> {
    if (body === undefined) return read(await this.raw(method, path, undefined, headers));
    const sent = Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body);
    return read(await this.raw(method, path, sent, { 'content-type': 'application/json', ...headers }));
  }

  async call<Body = Record<string, unknown>>(...request: HttpRequest): Promise<Answer<Body>> {
    const answer = await this.text(...request);
    return { ...answer, body: JSON.parse(answer.text) as Body };
  }

  /** The body of an answer that must be a good one. */
  async ok<Body = Record<string, unknown>>(...request: HttpRequest): Promise<Body> {
    const { status, text, body } = await this.call<Body>(...request);
    if (status !== 200) throw new Error(`${request[0]} ${request[1]}: ${status} ${text}`);
    return body;
  }

  /** The status and the code of an answer that must be a problem. */
  async refused(...request: HttpRequest): Promise<[number, unknown]> {
    const { status, body: problem } = await this.call(...request);
    return [status, problem['code']];
  }
}

async function read(response: Response): Promise<TextAnswer> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}
