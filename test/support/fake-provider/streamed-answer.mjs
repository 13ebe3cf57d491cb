import { withUnreadable } from './faults.mjs';

/** Writes one plan piece by piece on the shared timer wheel, and ends it the way the scenario says. */
export class StreamedAnswer {
  constructor(wheel, exchange, answer, scenario) {
    const { dialect, res, entry } = exchange;
    const plan = dialect.plan(answer);
    Object.assign(this, { wheel, exchange, answer, scenario, res, entry, plan, next: 0 });
    this.delay = scenario.delay ?? 0;
    this.stopAt = plan.pieces.length;
    this.ending = 'complete';
    for (const ending of ['reset', 'stall', 'half', 'malformed', 'error', 'noEnd']) {
      if (scenario[ending] === undefined) continue;
      this.ending = ending;
      const place = ending === 'error' ? scenario.errorAt : scenario[ending];
      const all = plan.pieces.length;
      this.stopAt = typeof place === 'number' ? Math.min(place, all) : ending === 'noEnd' ? all : Math.floor(all / 2);
    }
  }

  start() {
    this.exchange.begin(this.scenario.contentType ?? 'text/event-stream; charset=utf-8');
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
    const comment = comments ? ': keep-alive' : this.answer.wire.comment;
    const framed = (comment ? `${comment}\n\n` : '') + text;
    const bytes = withUnreadable(crlf ? framed.replaceAll('\n', '\r\n') : framed, this.scenario);
    const size = slice ?? bytes.length;
    for (let from = 0; from < bytes.length; from += size) this.res.write(bytes.subarray(from, from + size));
  }

  end() {
    const broken = this.plan.pieces[this.stopAt] ?? this.plan.tail;
    if (this.ending === 'complete') {
      this.entry.isUsageSent = this.answer.reportUsage;
      this.write(this.scenario.noDone ? this.plan.tail.replace('data: [DONE]\n\n', '') : this.plan.tail);
    } else if (this.ending === 'half') {
      this.write(broken.slice(0, broken.indexOf('data:') + 20));
    } else if (this.ending === 'malformed') {
      this.write(broken.slice(0, broken.indexOf('data:') + 20) + '\n\n');
    } else if (this.ending === 'error') {
      this.write(this.exchange.dialect.streamError(this.scenario.error, this.answer.id, this.answer.wire));
    }
    if (this.delay === 0) this.res.uncork();
    if (this.ending === 'reset') this.exchange.cut();
    else if (this.ending !== 'stall') this.res.end();
  }
}
