import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';

/** The line between browser and server: a proxy that puts a path before everything, and that can be cut and mended. */
export class Line {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  /** Answers in the server's place while set. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | null = null;
  /** How long an answer is held back, in milliseconds. */
  holdsBack: (request: IncomingMessage) => number = () => 0;
  /** Knows nothing of WebSockets while set. */
  isPlain = false;
  /** WebSockets that were let through. */
  upgrades = 0;
  /** Whatever was asked for, `GET /path`. */
  readonly requests: string[] = [];

  private constructor(
    private readonly target: () => number,
    private readonly prefix: string,
  ) {
    this.server = createServer((incoming, answer) => this.pass(incoming, answer));
    this.server.on('connection', (socket) => this.hold(socket));
    this.server.on('upgrade', (incoming, socket, head) => this.upgrade(incoming, socket as Socket, head));
  }

  static async open(target: () => number, prefix = ''): Promise<Line> {
    const line = new Line(target, prefix);
    await new Promise<void>((resolve) => line.server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.prefix}`;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private hold(socket: Socket): void {
    if (this.isCut) socket.destroy();
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
  }

  private pathOf({ url = '' }: IncomingMessage): string {
    return url.startsWith(this.prefix) ? url.slice(this.prefix.length) || '/' : '/not/below/the/path';
  }

  private pass(incoming: IncomingMessage, answer: ServerResponse): void {
    this.requests.push(`${incoming.method} ${this.pathOf(incoming)}`);
    if (this.intercept?.(incoming, answer) === true) return;
    const { method, headers } = incoming;
    const path = this.pathOf(incoming);
    const onward = request({ host: '127.0.0.1', port: this.target(), path, method, headers }, (response) => {
      const send = (): void => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      };
      const pause = this.holdsBack(incoming);
      if (pause > 0) setTimeout(send, pause);
      else send();
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  private upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.isPlain) return void socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    this.upgrades++;
    const onward = connect(this.target(), '127.0.0.1', () => {
      const headers = incoming.rawHeaders.reduce<string[]>(
        (lines, part, index, all) => (index % 2 === 0 ? [...lines, `${part}: ${all[index + 1]}`] : lines),
        [],
      );
      onward.write(`GET ${this.pathOf(incoming)} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  }
}
