import { connect, createServer } from 'node:net';

/** One address in front of several instances, as a load balancer has it: a connection goes to the first instance that takes it. */
export class SocketBalancer {
  #server;
  #open = new Set();

  /** @param {{ port: number }[]} targets in the order in which they are tried, or each connection first at the next one */
  constructor(targets, { isRotating = false } = {}) {
    let next = 0;
    this.#server = createServer({ noDelay: true }, (client) => {
      const first = isRotating ? next++ % targets.length : 0;
      this.#connect(client, [...targets.slice(first), ...targets.slice(0, first)]);
    });
  }

  async start() {
    await new Promise((resolve, reject) => this.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  async stop() {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connect(client, [target, ...others]) {
    if (target === undefined) return client.destroy();
    const upstream = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
    upstream.once('error', () => this.#connect(client, others));
    upstream.once('connect', () => {
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ]) {
        this.#open.add(one);
        one.removeAllListeners('error').on('error', () => other.destroy());
        one.once('close', () => {
          this.#open.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    return undefined;
  }
}
