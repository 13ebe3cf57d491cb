import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A way to a server (a database, Redis) that can be cut, and that can fall silent: it accepts and forwards nothing. */
export class TcpLine {
  #server = createServer((socket) => this.#join(socket));
  #sockets = new Set();
  #target;
  #isFrozen = false;
  #isSevered = false;

  constructor(target) {
    this.#target = new URL(target);
  }

  static async open(target) {
    const line = new TcpLine(target);
    await once(line.#server.listen(0, '127.0.0.1'), 'listening');
    return line;
  }

  /** The address of the server behind it, through this line. */
  get url() {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${this.#server.address().port}`;
    return url.href.replace(/\/$/, '');
  }

  freeze() {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What was sent meanwhile arrives. */
  thaw() {
    this.#isFrozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Ends every connection, and refuses further ones until it is mended. */
  sever() {
    this.#isSevered = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#isSevered = false;
  }

  cut() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(socket) {
    if (this.#isSevered) return socket.destroy();
    const { hostname, port } = this.#target;
    const other = connect(Number(port), hostname);
    this.#forward(socket, other);
    this.#forward(other, socket);
    return undefined;
  }

  #forward(from, to) {
    this.#sockets.add(from);
    from
      .on('data', (data) => to.write(data))
      .on('error', () => undefined)
      .on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    if (this.#isFrozen) from.pause();
  }
}
