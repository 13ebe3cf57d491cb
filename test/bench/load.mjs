/**
 * The load generator, a process of its own: it must not share an event loop with what it measures, and it must cost little, so it
 * speaks just enough HTTP/1.1 over plain sockets. Its parent sends jobs and gets their results.
 */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { tokensOf } from '../support/fake-provider/scenario.mjs';

const END_OF_CHUNKS = Buffer.from('0\r\n\r\n');
/** How a piece of text shows on the wire, by who sends it. */
const FIRST_TEXT = { baton: 'event: message.delta', provider: '"delta":{"content":"' };
const now = () => performance.timeOrigin + performance.now();

/** One keep-alive connection; one request at a time. */
class Connection {
  constructor(port) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => this.#receive(chunk));
    this.socket.on('error', (error) => this.#settle(error));
    this.socket.on('close', () => this.#settle(new Error('The connection was closed.')));
  }

  /** @param onText called with each piece of the answer, as latin1 */
  send(request, onText) {
    this.#reset(onText);
    return new Promise((resolve) => {
      this.resolve = resolve;
      this.socket.write(request);
    });
  }

  close() {
    this.resolve = null;
    this.socket.destroy();
  }

  #reset(onText) {
    this.onText = onText;
    this.head = '';
    this.isInBody = false;
    this.status = 0;
    this.left = 0;
    this.tail = Buffer.alloc(0);
  }

  #receive(chunk) {
    if (!this.resolve) return;
    const body = this.isInBody ? chunk : this.#readHead(chunk);
    if (body === null) return;
    this.onText?.(body);
    if (this.left >= 0) {
      this.left -= body.length;
      if (this.left <= 0) this.#settle(null);
      return;
    }
    this.tail = body.length >= 5 ? body.subarray(-5) : Buffer.concat([this.tail, body]).subarray(-5);
    if (this.tail.equals(END_OF_CHUNKS)) this.#settle(null);
  }

  #readHead(chunk) {
    this.head += chunk.latin1Slice();
    const end = this.head.indexOf('\r\n\r\n');
    if (end === -1) return null;
    this.isInBody = true;
    this.status = Number(this.head.slice(9, 12));
    const length = /\r\ncontent-length: (\d+)/i.exec(this.head);
    this.left = length ? Number(length[1]) : -1;
    return Buffer.from(this.head.slice(end + 4), 'latin1');
  }

  #settle(error) {
    const { resolve } = this;
    this.resolve = null;
    resolve?.({ error, status: this.status });
  }
}

function requestFor({ port, token, streamed }, chatId, userMessage) {
  const body = JSON.stringify({ userMessage });
  return (
    `POST /api/chats/${chatId}/completions HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
    `accept: ${streamed ? 'text/event-stream' : 'application/json'}\r\n\r\n${body}`
  );
}

/** A closed loop: every connection asks again as soon as it is answered. Chats are used in turn, never two requests at a time. */
async function takeTurns(job) {
  const { port, chatIds, connections, directives, seconds, warmupSeconds, streamed, wire, staggerMs = 0 } = job;
  const startAt = now() + warmupSeconds * 1000;
  const endAt = startAt + seconds * 1000;
  const result = { turns: 0, allTurns: 0, errors: [], totalMs: [], firstTextMs: [] };
  const marker = FIRST_TEXT[wire];
  let next = job.firstChat ?? 0;
  const loop = async (index) => {
    await delay(index * staggerMs);
    const connection = new Connection(port);
    while (now() < endAt) {
      const chatId = chatIds[next++ % chatIds.length];
      const sentAt = now();
      let firstText = null;
      const watch = (bytes) => {
        if (firstText === null && bytes.includes(marker)) firstText = now() - sentAt;
      };
      const { error, status } = await connection.send(
        requestFor(job, chatId, `Bench ${directives}`),
        streamed ? watch : null,
      );
      if (error !== null || status !== 200) {
        result.errors.push(error === null ? `status ${status}` : error.message);
        break;
      }
      result.allTurns++;
      if (sentAt < startAt || now() > endAt) continue;
      result.turns++;
      result.totalMs.push(now() - sentAt);
      if (firstText !== null) result.firstTextMs.push(firstText);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => loop(index)));
  return { ...result, nextChat: next };
}

/**
 * So many streams at a time, one turn each. For every token: how long after the moment the provider was due to send it did it
 * arrive? The provider's journal says when it got each request.
 */
async function holdStreams(job) {
  const { port, chatIds, streams, tokens, delayMs, rampMs, providerUrl, wire } = job;
  await fetch(`${providerUrl}/__journal`, { method: 'DELETE' }).then((answer) => answer.arrayBuffer());
  const held = await Promise.all(
    Array.from({ length: streams }, async (_, index) => {
      await delay((index * rampMs) / streams);
      const message = `Hold ${index} [[tokens=${tokens} delay=${delayMs}]]`;
      const stream = new TokenClock(wire, message, tokens);
      const connection = new Connection(port);
      const answer = await connection.send(requestFor({ ...job, streamed: true }, chatIds[index], message), (bytes) =>
        stream.receive(bytes),
      );
      connection.close();
      return { stream, answer };
    }),
  );
  const { requests } = await fetch(`${providerUrl}/__journal`).then((answer) => answer.json());
  const askedAt = new Map(requests.map(({ userMessage, at }) => [userMessage, at]));
  const result = { lateMs: [], errors: [] };
  for (const { stream, answer } of held) {
    if (answer.error !== null || answer.status !== 200) result.errors.push(answer.error?.message ?? answer.status);
    else if (stream.arrivals.length !== tokens) result.errors.push(`${stream.arrivals.length} of ${tokens} tokens`);
    const start = askedAt.get(stream.message);
    stream.arrivals.forEach((at, index) => result.lateMs.push(at - start - (index + 1) * delayMs));
  }
  return result;
}

/** Notes when each token of an answer has arrived. */
class TokenClock {
  #ends;
  #carry = '';
  #pattern;

  constructor(wire, message, tokens) {
    this.message = message;
    this.wire = wire;
    this.arrivals = [];
    let end = 0;
    this.#ends = tokensOf(message, { tokens }).map((token) => (end += token.length));
    this.#pattern = wire === 'baton' ? /id: \d+:(\d+)\nevent: message\.delta/g : /"delta":\{"content":"[^"]/g;
  }

  receive(bytes) {
    const at = now();
    const text = this.#carry + bytes.latin1Slice();
    const whole = text.lastIndexOf('\n\n') + 2;
    if (whole < 2) {
      this.#carry = text;
      return;
    }
    this.#carry = text.slice(whole);
    for (const [, offset] of text.slice(0, whole).matchAll(this.#pattern)) {
      if (this.wire === 'provider') this.arrivals.push(at);
      else while (this.#ends[this.arrivals.length] <= Number(offset)) this.arrivals.push(at);
    }
  }
}

const JOBS = { takeTurns, holdStreams };

process.on('message', ({ kind, ...job }) => {
  JOBS[kind](job).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: error.stack }),
  );
});
