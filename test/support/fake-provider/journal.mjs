import { randomUUID } from 'node:crypto';

/**
 * What reached the fake: how often, the last bodies, which it refused by a quirk of its service, and which clients left before their
 * answer was complete. `usage` of a request is what it cost, whether or not the client has been told (`isUsageSent`).
 */
export class Journal {
  #size;
  #waiters = new Set();
  /** Requests that are being answered now. */
  running = 0;
  /** The most of them at any time since the journal was cleared. */
  mostRunning = 0;

  constructor(size) {
    this.#size = size;
    this.clear();
  }

  clear() {
    this.count = 0;
    this.mostRunning = this.running;
    this.requests = [];
    this.aborts = [];
    this.refusals = [];
  }

  get last() {
    return this.requests.at(-1);
  }

  /** A request that is not recorded yet. */
  entry(request) {
    return {
      ...request,
      requestId: `req_${randomUUID()}`,
      at: performance.timeOrigin + performance.now(),
      piecesSent: 0,
      cutByUs: false,
      status: 200,
      usage: null,
      isUsageSent: false,
    };
  }

  record(request) {
    const entry = this.entry(request);
    this.count++;
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    this.requests.push(entry);
    if (this.requests.length > this.#size) this.requests.shift();
    this.#notify();
    return entry;
  }

  recordRefusal({ path, body }, what) {
    this.refusals.push({ what, path, body });
  }

  recordAbort(entry) {
    const at = performance.timeOrigin + performance.now();
    this.aborts.push({ at, userMessage: entry.userMessage, piecesSent: entry.piecesSent });
    if (this.aborts.length > this.#size * 10) this.aborts.shift();
    this.#notify();
  }

  /** Resolves as soon as the condition holds; it is looked at again whenever a request or an abort is recorded. */
  until(condition) {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition(this)) return false;
        this.#waiters.delete(check);
        resolve();
        return true;
      };
      if (!check()) this.#waiters.add(check);
    });
  }

  snapshot() {
    return { count: this.count, aborts: this.aborts, requests: this.requests };
  }

  #notify() {
    this.#waiters.forEach((check) => check());
  }
}
