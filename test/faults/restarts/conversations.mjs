import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Reader } from '../reader.mjs';
import { between, createChats, faultsOfLog, readLogAtRest } from '../suite.mjs';
import { talkOversOfLog } from '../takeover-watcher.mjs';

const TRY_AGAIN_MS = 200;
const ACCEPTED_WITHIN_MS = 120_000;
const CAUGHT_UP_WITHIN_MS = 60_000;
/** A command that is no longer allowed: another one came first. */
const OVERTAKEN = [409, 429];

/**
 * Customers who write, readers who follow and agents who take chats over and give them back, over whichever of the clients: each request
 * is repeated with its key when its outcome is not known, or when it was refused for the moment.
 */
export class Conversations {
  #clients;
  #isOver = false;
  #talks = [];
  sums = {
    'acknowledged messages': 0,
    'refused for the moment': 0,
    'connections lost': 0,
    takeovers: 0,
    missing: 0,
    'there twice': 0,
    'talk-overs': 0,
    'broken logs or readings': 0,
  };
  faults = [];

  constructor(clients) {
    this.#clients = clients;
  }

  async start(count, { takeoverShare = 0 } = {}) {
    const chatIds = await createChats(this.#clients[0], count);
    this.#talks = chatIds.map((chatId, index) => this.#talk(chatId, index, takeoverShare));
  }

  /** Nothing more is said; what was said is compared with the logs. */
  async finish() {
    this.#isOver = true;
    for (const chat of await Promise.all(this.#talks)) await this.#check(chat);
  }

  #pick() {
    return this.#clients[Math.floor(Math.random() * this.#clients.length)];
  }

  async #talk(chatId, index, takeoverShare) {
    const reader = new Reader(() => this.#pick(), chatId);
    const messages = [];
    for (let number = 0; !this.#isOver; number++) {
      const userMessage = `Message ${number} of ${index} [[tokens=${Math.round(between(5, 30))} delay=20]]`;
      const answered = this.#untilDone(`/api/chats/${chatId}/completions`, { userMessage });
      if (Math.random() < takeoverShare) {
        await delay(between(0, 400));
        const { status } = await this.#untilDone(`/api/takeover/chats/${chatId}/claim`, {});
        if (status === 200) this.sums.takeovers++;
        await this.#untilDone(`/api/takeover/chats/${chatId}/messages`, { text: `Agent ${number}` });
        await this.#untilDone(`/api/takeover/chats/${chatId}/release`, { to: 'bot' });
      }
      const { status, body } = await answered;
      if (status === 200) messages.push(userMessage);
      else if (!OVERTAKEN.includes(status))
        this.faults.push(`${chatId}: a message was answered ${status} ${JSON.stringify(body)}`);
      await delay(between(0, 100));
    }
    return { chatId, reader, messages };
  }

  async #untilDone(path, body) {
    const headers = { 'idempotency-key': randomUUID() };
    for (const giveUpAt = performance.now() + ACCEPTED_WITHIN_MS; ;) {
      const answer = await this.#pick()
        .request('POST', path, body, headers)
        .catch(() => ({ status: 0 }));
      const isRefused = answer.status === 503 || answer.body?.code === 'IDEMPOTENCY_KEY_IN_USE';
      if (isRefused) this.sums['refused for the moment']++;
      if (answer.status === 0) this.sums['connections lost']++;
      if ((!isRefused && answer.status !== 0) || performance.now() > giveUpAt) return answer;
      await delay(TRY_AGAIN_MS);
    }
  }

  async #check({ chatId, reader, messages }) {
    const log = await readLogAtRest(this.#clients[0], chatId);
    const hasCaughtUp = await reader.until(({ lastSeq }) => lastSeq >= log.length, CAUGHT_UP_WITHIN_MS);
    await reader.stop();
    const broken = [...faultsOfLog(log), ...reader.transcript.violations];
    if (!hasCaughtUp) broken.push(`a reader stopped at ${reader.transcript.lastSeq} of ${log.length}`);
    const talkOvers = talkOversOfLog(chatId, log);
    const texts = log
      .filter(({ type, data }) => type === 'message.created' && data.author === 'customer')
      .map(({ data }) => data.text);
    const missing = messages.filter((text) => !texts.includes(text)).map((text) => `"${text}" is missing`);
    const twice = texts
      .filter((text, index) => texts.indexOf(text) !== index)
      .map((text) => `"${text}" is there twice`);
    this.sums['acknowledged messages'] += messages.length;
    this.sums.missing += missing.length;
    this.sums['there twice'] += twice.length;
    this.sums['talk-overs'] += talkOvers.length;
    this.sums['broken logs or readings'] += broken.length;
    this.faults.push(...[...broken, ...talkOvers, ...missing, ...twice].map((fault) => `${chatId}: ${fault}`));
  }
}
