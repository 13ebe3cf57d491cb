/** What one reader of a chat was told, over however many connections, and everything about it that breaks a promise. */
export class Transcript {
  /** @param {number} after the number of the last event that the reader already knew */
  constructor(after = 0) {
    this.lastSeq = after;
    /** The SSE id of the last item: where the reader resumes. */
    this.lastId = null;
    /** Text of each bot message as shown so far, by message id. */
    this.shown = new Map();
    /** `message.completed` by message id, `turn.ended` by turn id, `message.created` by message id. */
    this.completed = new Map();
    this.ended = new Map();
    this.created = new Map();
    this.violations = [];
    this.isClosedByServer = false;
  }

  get shownCharacters() {
    let sum = 0;
    for (const text of this.shown.values()) sum += text.length;
    return sum;
  }

  /** @param {{ id: string | null, event: string, data: string }} item */
  accept({ id, event, data: json }) {
    const data = JSON.parse(json);
    if (event === 'stream.closed') this.isClosedByServer = true;
    else if (event === 'error') this.fault(`an error: ${json}`);
    else if (event === 'message.delta') this.#acceptDelta(data);
    else this.#acceptEvent(data);
    if (id === null) return;
    const [seq, offset] = id.split(':').map(Number);
    if (seq !== this.lastSeq) this.fault(`id ${id} after event ${this.lastSeq}`);
    if (event === 'message.delta' && offset !== this.shown.get(data.messageId).length)
      this.fault(`id ${id} with ${this.shown.get(data.messageId).length} characters shown`);
    this.lastId = id;
  }

  fault(message) {
    if (this.violations.length < 20) this.violations.push(message);
  }

  #acceptDelta({ messageId, offset, text }) {
    const shown = this.shown.get(messageId) ?? '';
    if (this.completed.has(messageId)) this.fault(`a delta after the end of ${messageId}`);
    if (offset !== shown.length) this.fault(`a delta at ${offset} where ${shown.length} characters were shown`);
    this.shown.set(messageId, shown + text);
  }

  #acceptEvent(event) {
    if (event.seq !== this.lastSeq + 1) this.fault(`event ${event.seq} after ${this.lastSeq}`);
    this.lastSeq = event.seq;
    const { data } = event;
    if (event.type === 'message.created') this.created.set(data.messageId, event);
    if (event.type === 'turn.ended') this.ended.set(data.turnId, event);
    if (event.type !== 'message.completed') return;
    this.completed.set(data.messageId, event);
    // A turn that was over before the reader came is told without deltas; any other adds up.
    const shown = this.shown.get(data.messageId);
    if (shown !== undefined && shown !== data.text)
      this.fault(`the deltas are not the text: ${difference(shown, data.text)}`);
  }
}

/** Where two texts part, in few words. */
export function difference(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const near = (text) => JSON.stringify(text.slice(at, at + 20));
  return `at ${at} of ${one.length}/${other.length}: ${near(one)} / ${near(other)}`;
}
