import { setTimeout as delay } from 'node:timers/promises';
import { Transcript } from './transcript.mjs';

const RECONNECT_AFTER_MS = 250;

/** Follows a chat over any number of connections: whenever one ends, the next resumes with `Last-Event-ID`. */
export class Reader {
  #clientFor;
  #stream = null;
  #isStopped = false;
  #waiters = new Set();

  /** @param {() => import('../support/sse-client.mjs').HttpClient} clientFor asked before every connection */
  constructor(clientFor, chatId, after = 0) {
    this.#clientFor = clientFor;
    this.chatId = chatId;
    this.transcript = new Transcript(after);
    this.connections = 0;
    /** When the last connection was answered. */
    this.openedAt = 0;
    this.running = this.#run();
  }

  /** Drops the connection that is open; the reader comes back. */
  drop() {
    this.#stream?.close();
  }

  async stop() {
    this.#isStopped = true;
    this.#stream?.close();
    await this.running;
  }

  /** Resolves with true when the transcript satisfies the condition, with false when the time is up. */
  until(condition, withinMs) {
    if (condition(this.transcript)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (result) => {
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve(result);
      };
      const check = () => condition(this.transcript) && settle(true);
      const timer = setTimeout(() => settle(false), withinMs);
      this.#waiters.add(check);
    });
  }

  async #run() {
    while (!this.#isStopped) {
      const { lastId, lastSeq } = this.transcript;
      const resume = lastId === null ? {} : { 'last-event-id': lastId };
      const path = `/api/chats/${this.chatId}/events?after=${lastSeq}`;
      this.#stream = this.#clientFor().stream('GET', path, undefined, resume, (item) => {
        this.transcript.accept(item);
        for (const check of this.#waiters) check();
      });
      this.connections++;
      void this.#stream.opened.then((status) => status === 200 && (this.openedAt = performance.now()));
      const outcome = await this.#stream.ended;
      if (outcome === 'refused' && this.#stream.status < 500)
        this.transcript.fault(`refused with ${this.#stream.status}: ${this.#stream.refusal}`);
      if (!this.#isStopped && outcome !== 'closed') await delay(RECONNECT_AFTER_MS);
    }
  }
}
