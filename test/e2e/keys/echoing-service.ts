import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a careless service does with what it was sent: every way gives the caller its own secrets back. */
const WAYS: Record<string, (response: ServerResponse, secrets: string) => void> = {
  refused: (response, secrets) =>
    send(response, 401, 'application/json', {
      error: { message: `Incorrect API key provided: ${secrets}.`, code: 'invalid_api_key' },
    }),
  forbidden: (response, secrets) => send(response, 403, 'text/plain', `No access for ${secrets}`),
  rejected: (response, secrets) =>
    send(response, 400, 'application/json', [{ error: { message: secrets, code: secrets } }]),
  page: (response, secrets) => send(response, 500, 'text/html', `<html><title>${secrets}</title><p>${secrets}</html>`),
  signIn: (response, secrets) => send(response, 200, 'text/html', `<html><p>${secrets}</html>`),
  busy: (response, secrets) => send(response, 429, 'application/json', { error: { message: secrets, type: secrets } }),
  redirect: (response, secrets) => {
    response.setHeader('location', `http://127.0.0.1:9/?key=${encodeURIComponent(secrets)}`);
    send(response, 302, 'text/plain', secrets);
  },
  midstream: (response, secrets) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'Well, ' } }] })}\n\n`);
    response.end(`data: ${JSON.stringify({ error: { message: secrets, code: secrets } })}\n\n`);
  },
  garbled: (response, secrets) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: {"${secrets}\n\n`);
  },
  notHttp: (response, secrets) => {
    response.socket!.end(`${secrets}\r\n\r\n`);
  },
};
export const ECHOES = Object.keys(WAYS);

function send(response: ServerResponse, status: number, type: string, body: unknown): void {
  response.setHeader('x-echo', 'yes');
  response.writeHead(status, { 'content-type': type });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A model service, and an endpoint of tools, that answers `[[way]]` of a message or a path in that way. */
export class EchoingService {
  private readonly server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => this.answer(request, response, body));
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { authorization = '', 'x-tool-key': header = '', 'x-api-key': extra = '' } = request.headers;
    const secrets = [authorization.replace(/^(Bearer|Basic) /, ''), header, String(extra), request.url]
      .filter((text) => text !== '')
      .join(' ');
    const [path] = request.url!.split('?');
    const asked = [...`${request.url} ${body}`.matchAll(/\[\[(\w+)\]\]|way=(\w+)/g)].at(-1);
    const way = WAYS[asked?.[1] ?? asked?.[2] ?? ''];
    if (way !== undefined) way(response, secrets);
    else if (path?.endsWith('/models')) send(response, 200, 'application/json', { data: [{ id: 'echo' }] });
    else if (path?.endsWith('/chat/completions'))
      send(response, 200, 'application/json', {
        choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
      });
    else send(response, 404, 'application/json', { error: { message: `Not here: ${secrets}` } });
  }
}
