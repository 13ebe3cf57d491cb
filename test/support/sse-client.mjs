import { StringDecoder } from 'node:string_decoder';
import { Agent } from 'undici';

/** A thin HTTP client for one server: JSON requests, and as many streams at a time as one likes. */
export class HttpClient {
  #headers;

  constructor(origin, token) {
    this.origin = origin;
    this.#headers = { authorization: `Bearer ${token}` };
    this.agent = new Agent({ connections: null, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 });
  }

  /** @returns {Promise<{ status: number, headers: object, body: any }>} */
  async request(method, path, body, headers = {}) {
    const answer = await this.agent.request({
      origin: this.origin,
      path,
      method,
      headers: { ...this.#headers, 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
  }

  /** The answer's body; throws when it is not a 2xx. */
  async call(method, path, body, headers) {
    const answer = await this.request(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /**
   * Opens a stream of Server-Sent Events; `onEvent` gets each `{ id, event, data }`, data as text.
   * @returns an {@link EventStream}
   */
  stream(method, path, body, headers, onEvent) {
    const stream = new EventStream(onEvent);
    const options = {
      origin: this.origin,
      path,
      method,
      headers: { ...this.#headers, accept: 'text/event-stream', 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    };
    this.agent.dispatch(options, stream);
    return stream;
  }

  /** Ends every connection at once. */
  destroy() {
    return this.agent.destroy();
  }
}

/** One open stream. `ended` always resolves: how it ended is in `outcome`. */
class EventStream {
  #onEvent;
  #decoder = new StringDecoder('utf8');
  #text = '';
  #controller = null;
  #isClosed = false;
  #resolveOpened;
  #resolveEnded;

  constructor(onEvent) {
    this.#onEvent = onEvent;
    this.status = 0;
    /** 'open', 'complete', 'closed' (by us), 'refused' or 'broken'. */
    this.outcome = 'open';
    this.opened = new Promise((resolve) => (this.#resolveOpened = resolve));
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  /** The body of an answer that is not a stream. */
  get refusal() {
    return this.#text;
  }

  /** Reads nothing more, and leaves the connection open. */
  pause() {
    this.#controller?.pause();
  }

  resume() {
    this.#controller?.resume();
  }

  /** Drops the connection. */
  close() {
    if (this.outcome !== 'open') return;
    this.#isClosed = true;
    this.#controller?.abort(new Error('closed'));
    this.#end('closed');
  }

  onRequestStart(controller) {
    this.#controller = controller;
    if (this.#isClosed) controller.abort(new Error('closed'));
  }

  onResponseStart(controller, status) {
    this.status = status;
    this.#resolveOpened(status);
  }

  onResponseData(controller, chunk) {
    if (this.#isClosed) return;
    this.#text += this.#decoder.write(chunk);
    if (this.status !== 200) return;
    let from = 0;
    for (let to; (to = this.#text.indexOf('\n\n', from)) !== -1; from = to + 2) this.#read(this.#text.slice(from, to));
    this.#text = this.#text.slice(from);
  }

  onResponseEnd() {
    this.#end(this.status === 200 ? 'complete' : 'refused');
  }

  onResponseError() {
    this.#end('broken');
  }

  #read(frame) {
    const fields = { id: null, event: 'message', data: null };
    for (const line of frame.split('\n')) {
      const colon = line.indexOf(': ');
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
    }
    if (fields.data !== null && !this.#isClosed) this.#onEvent(fields);
  }

  #end(outcome) {
    if (this.outcome !== 'open') return;
    this.outcome = outcome;
    this.#resolveOpened(this.status);
    this.#resolveEnded(outcome);
  }
}
