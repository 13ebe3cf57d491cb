/** Writes one plan piece by piece on the shared timer wheel, and ends it the way the scenario says. */
export class StreamedAnswer {
  constructor(wheel, dialect, answer, scenario, res, entry) {
    const plan = dialect.plan(answer);
    Object.assign(this, { wheel, scenario, res, entry, plan, next: 0 });
    this.delay = scenario.delay ?? 0;
    this.stopAt = plan.pieces.length;
    this.ending = 'complete';
    for (const ending of ['reset', 'stall', 'half', 'malformed', 'error']) {
      if (scenario[ending] === undefined) continue;
      this.ending = ending;
      const half = Math.floor(plan.pieces.length / 2);
      this.stopAt = typeof scenario[ending] === 'number' ? Math.min(scenario[ending], plan.pieces.length) : half;
    }
    this.errorEvent = () => dialect.streamError(scenario.error, answer.id);
  }

  start() {
    this.res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    this.dueAt = this.wheel.now() + (this.scenario.ttft ?? this.delay);
    if (this.dueAt > this.wheel.now()) {
      this.res.flushHeaders();
      this.wheel.at(this.dueAt, () => this.step());
    } else {
      this.step();
    }
  }

  step() {
    if (this.res.destroyed) return;
    if (this.next === 0) this.write(this.plan.head);
    if (this.delay === 0) {
      this.res.cork();
      while (this.next < this.stopAt) this.writePiece();
      this.end();
      return;
    }
    if (this.next < this.stopAt) this.writePiece();
    if (this.next >= this.stopAt) {
      this.end();
      return;
    }
    this.dueAt += this.delay;
    this.wheel.at(this.dueAt, () => this.step());
  }

  writePiece() {
    this.write(this.plan.pieces[this.next++]);
    this.entry.piecesSent = this.next;
  }

  /** `crlf`, `slice` (bytes per write: splits characters) and `comments` vary the framing without changing the content. */
  write(text) {
    const { crlf, slice, comments } = this.scenario;
    const framed = (comments ? ': keep-alive\n\n' : '') + text;
    const bytes = Buffer.from(crlf ? framed.replaceAll('\n', '\r\n') : framed);
    const size = slice ?? bytes.length;
    for (let from = 0; from < bytes.length; from += size) this.res.write(bytes.subarray(from, from + size));
  }

  end() {
    const broken = this.plan.pieces[this.stopAt] ?? this.plan.tail;
    if (this.ending === 'complete') {
      this.write(this.scenario.noDone ? this.plan.tail.replace('data: [DONE]\n\n', '') : this.plan.tail);
    } else if (this.ending === 'half') {
      this.write(broken.slice(0, broken.indexOf('data:') + 20));
    } else if (this.ending === 'malformed') {
      this.write(broken.slice(0, broken.indexOf('data:') + 20) + '\n\n');
    } else if (this.ending === 'error') {
      this.write(this.errorEvent());
    }
    if (this.delay === 0) this.res.uncork();
    if (this.ending === 'reset') cut(this.res, this.entry);
    else if (this.ending !== 'stall') this.res.end();
  }
}

/** Drops the connection from our side, so that the journal does not take it for a client that left. */
export function cut(res, entry) {
  entry.cutByUs = true;
  if (res.headersSent) setImmediate(() => res.socket?.destroy());
  else res.socket.resetAndDestroy();
}
