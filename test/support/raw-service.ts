import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RawCall {
  method: string;
  /** Below the base URL. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** The body as it came. */
  text: string;
}

export interface RawAnswer {
  status?: number;
  contentType?: string;
  /** Text as it is, everything else as JSON. */
  body: unknown;
}

/** A model service that answers what a test hands it, byte for byte. */
export class RawService {
  readonly calls: RawCall[] = [];
  private readonly server: Server;

  constructor(answer: (call: RawCall) => RawAnswer) {
    this.server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const path = (req.url ?? '').replace(/^\/v1/, '');
        const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
        const call = { method: req.method ?? '', path, headers: req.headers, body, text };
        this.calls.push(call);
        const answered = answer(call);
        const isText = typeof answered.body === 'string';
        const contentType = answered.contentType ?? (isText ? 'text/event-stream' : 'application/json');
        res.writeHead(answered.status ?? 200, { 'content-type': contentType });
        res.end(isText ? answered.body : JSON.stringify(answered.body));
      });
    });
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** The bodies of the calls of one path. */
  bodies(path: string): Record<string, unknown>[] {
    return this.calls.filter((call) => call.path === path).map(({ body }) => body);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }
}

/** An event stream of chat completion chunks, with the marker that ends it. */
export const chatStream = (...chunks: unknown[]): string =>
  [...chunks.map((chunk) => (typeof chunk === 'string' ? chunk : JSON.stringify(chunk))), '[DONE]']
    .map((data) => `data: ${data}\n\n`)
    .join('');

/** A chunk of one choice. */
export const chunk = (delta: Record<string, unknown>, finish: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
});

export const said = (text: string): RawAnswer => ({ body: chatStream(chunk({ content: text }), chunk({}, 'stop')) });

export const refused = (message: string, status = 400): RawAnswer => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code: null } },
});
