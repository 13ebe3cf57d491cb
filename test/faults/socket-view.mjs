import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { connectTakeover } from '@baton/client/takeover';

/** What one connection of an agent was told. */
export class AgentView {
  #client;
  #events = new Map();
  #shown = new Map();
  #faults = [];
  #waiters = new Set();
  #reconnectedAt = Number.POSITIVE_INFINITY;

  constructor(url, key, chatIds) {
    this.chatIds = chatIds;
    for (const chatId of chatIds) this.#events.set(chatId, []);
    this.#client = connectTakeover({ url, token: key, timeoutMs: 60_000 });
    this.#client.on('connected', () => (this.#reconnectedAt = performance.now()));
    this.#client.on('event', (event) => {
      this.#events.get(event.chatId).push(event);
      for (const check of this.#waiters) check();
    });
    this.#client.on('transient', ({ type, data }) => {
      if (type !== 'message.delta') return;
      const shown = this.#shown.get(data.messageId) ?? '';
      if (data.offset !== shown.length) this.#faults.push(`text at ${data.offset} of ${shown.length}`);
      this.#shown.set(data.messageId, shown + data.text);
    });
    this.#client.on('disconnected', (problem) => {
      if (problem !== null) this.#faults.push(`refused: ${JSON.stringify(problem)}`);
    });
  }

  get eventCount() {
    return [...this.#events.values()].reduce((sum, events) => sum + events.length, 0);
  }

  get characterCount() {
    return [...this.#shown.values()].reduce((sum, text) => sum + text.length, 0);
  }

  async watchAll() {
    for (const chatId of this.chatIds) await this.#client.watch(chatId);
  }

  /** Resolves with the time at which it was connected again and knew everything that had happened before. */
  async isUpToDate(known, since) {
    await this.#until(
      () =>
        this.#reconnectedAt > since &&
        Number.isFinite(this.#reconnectedAt) &&
        this.chatIds.every((chatId) => this.#events.get(chatId).length >= known.get(chatId)),
    );
    // A chat in which nothing was missed says so only by answering.
    await Promise.all(this.chatIds.map((chatId) => this.#client.command('typing', { chatId, isTyping: false })));
    return performance.now();
  }

  async compare(logs) {
    for (const chatId of this.chatIds) {
      const log = logs.get(chatId);
      const hasAll = this.#until(() => this.#events.get(chatId).length >= log.length).then(() => true);
      if (!(await Promise.race([hasAll, delay(20_000, false)])))
        this.#faults.push(`${chatId}: ${this.#events.get(chatId).length} of ${log.length} events`);
      if (!isDeepStrictEqual(this.#events.get(chatId), log)) this.#faults.push(`${chatId}: the view is another`);
      for (const { type, data } of log) {
        if (type !== 'message.completed') continue;
        const shown = this.#shown.get(data.messageId) ?? '';
        if (shown !== data.text) this.#faults.push(`${chatId}: shown were ${shown.length} of ${data.text.length}`);
      }
    }
    return this.#faults;
  }

  close() {
    this.#client.close();
  }

  async #until(condition) {
    if (condition()) return;
    await new Promise((resolve) => {
      const check = () => {
        if (!condition()) return;
        this.#waiters.delete(check);
        clearInterval(timer);
        resolve();
      };
      const timer = setInterval(check, 20);
      this.#waiters.add(check);
    });
  }
}
