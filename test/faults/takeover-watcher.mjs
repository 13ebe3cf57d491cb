import { HttpClient } from '../support/sse-client.mjs';
import { clientFor } from './suite.mjs';

export const wallClock = () => performance.timeOrigin + performance.now();

/** Follows one chat at one instance and notices when the bot speaks though it does not hold the baton. */
export class TakeoverWatcher {
  #stream;
  #waiters = new Set();

  /** @param {HttpClient} client of the instance */
  constructor(client, chatId) {
    this.chatId = chatId;
    this.lastSeq = 0;
    this.epoch = 1;
    this.owner = 'bot';
    /** The turn that is on, as this reader was told. */
    this.openTurnId = null;
    /** Of each bot message what was shown, and when the last of it came. */
    this.shown = new Map();
    this.lastHeardAt = new Map();
    this.completed = new Map();
    /** When each epoch's change of owner arrived. */
    this.passedAt = new Map();
    /** Everything of the bot that came after the baton had passed. */
    this.talkOvers = [];
    this.faults = [];
    this.#stream = client.stream('GET', `/api/chats/${chatId}/events?after=0`, undefined, {}, (item) => {
      this.#accept(item);
      for (const check of this.#waiters) check();
    });
    void this.#stream.ended.then((outcome) => {
      if (outcome !== 'closed') this.faults.push(`${chatId}: the stream was ${outcome} ${this.#stream.refusal}`);
    });
  }

  get opened() {
    return this.#stream.opened;
  }

  close() {
    this.#stream.close();
  }

  /** Resolves with true when the condition holds, with false when the time is up. */
  until(condition, withinMs) {
    if (condition(this)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (result) => {
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve(result);
      };
      const check = () => condition(this) && settle(true);
      const timer = setTimeout(() => settle(false), withinMs);
      this.#waiters.add(check);
    });
  }

  #accept({ event: type, data: json }) {
    const item = JSON.parse(json);
    if (type === 'message.delta') return this.#acceptDelta(item);
    if (item.seq === undefined) return this.faults.push(`${this.chatId}: ${type} ${json}`);
    if (item.seq !== this.lastSeq + 1) this.faults.push(`${this.chatId}: event ${item.seq} after ${this.lastSeq}`);
    this.lastSeq = item.seq;
    this.epoch = Math.max(this.epoch, item.epoch);
    const { data } = item;
    if (type === 'turn.started') {
      if (this.owner !== 'bot')
        this.talkOvers.push(`${this.chatId}: a turn began while the chat was with ${this.owner}`);
      this.openTurnId = data.turnId;
    } else if (type === 'message.completed') {
      if (this.owner !== 'bot' || data.turnId !== this.openTurnId)
        this.talkOvers.push(`${this.chatId}: the bot's message came in epoch ${this.epoch}`);
      const shown = this.shown.get(data.messageId);
      if (shown !== undefined && shown !== data.text) this.faults.push(`${this.chatId}: shown and sealed text differ`);
      this.completed.set(data.messageId, data);
    } else if (type === 'turn.ended') {
      if (this.openTurnId === data.turnId) this.openTurnId = null;
    } else if (type === 'ownership.changed') {
      this.owner = data.to;
      this.openTurnId = null;
      this.passedAt.set(item.epoch, wallClock());
    }
    return undefined;
  }

  #acceptDelta({ messageId, turnId, offset, text }) {
    const shown = this.shown.get(messageId) ?? '';
    if (this.owner !== 'bot' || turnId !== this.openTurnId)
      this.talkOvers.push(`${this.chatId}: the bot said ${JSON.stringify(text)} in epoch ${this.epoch}`);
    if (offset !== shown.length) this.faults.push(`${this.chatId}: text at ${offset} of ${shown.length}`);
    this.shown.set(messageId, shown + text);
    this.lastHeardAt.set(messageId, wallClock());
  }
}

/** Accounts that may take chats over, with a client for each instance. */
export async function createAgents(servers, names) {
  const admin = clientFor(servers[0]);
  const agents = [];
  for (const name of names) {
    const account = { login: name.toLowerCase(), displayName: name, roles: ['user', 'agent'] };
    const { userId: id } = await admin.call('POST', '/api/admin/users', account);
    const { key } = await admin.call('POST', `/api/admin/users/${id}/apiKeys`, { name: 'faults' });
    agents.push({ id, name, key, clients: servers.map(({ url }) => new HttpClient(url, key)) });
  }
  await admin.destroy();
  return agents;
}

/** Violations in a log of the promise that only the owner of a chat speaks. */
export function talkOversOfLog(chatId, events) {
  const faults = [];
  let owner = 'bot';
  let epoch = 1;
  let openTurnId = null;
  for (const { seq, type, epoch: of, data } of events) {
    if (of < epoch) faults.push(`${chatId}: event ${seq} is of epoch ${of}, but ${epoch} had begun`);
    if (type === 'ownership.changed') {
      if (of <= epoch) faults.push(`${chatId}: event ${seq} did not raise the epoch`);
      if (data.from !== owner)
        faults.push(`${chatId}: event ${seq} passes from ${data.from}, the chat was with ${owner}`);
      if (openTurnId !== null) faults.push(`${chatId}: event ${seq} passes over a running turn`);
      owner = data.to;
    }
    if (type === 'turn.started') openTurnId = data.turnId;
    const isOfBot = type === 'turn.started' || type === 'message.completed';
    if (isOfBot && (owner !== 'bot' || data.turnId !== openTurnId))
      faults.push(`${chatId}: event ${seq} (${type}) is the bot's, the chat was with ${owner}`);
    if (type === 'turn.ended' && data.turnId === openTurnId) openTurnId = null;
    epoch = Math.max(epoch, of);
  }
  return faults;
}
