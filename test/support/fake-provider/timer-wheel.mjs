const GRANULARITY_MS = 4;

/** One timer for all streams: callbacks that fall due in the same 4 ms share a bucket and a wake-up. */
export class TimerWheel {
  #buckets = new Map();
  #timer = null;
  #nextTick = Infinity;

  now() {
    return performance.now();
  }

  /** Runs `callback` at the absolute time `dueAt` (on the clock of `now()`). */
  at(dueAt, callback) {
    const tick = Math.ceil(dueAt / GRANULARITY_MS);
    const bucket = this.#buckets.get(tick);
    if (bucket) bucket.push(callback);
    else this.#buckets.set(tick, [callback]);
    if (tick < this.#nextTick) this.#arm(tick);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#buckets.clear();
    this.#nextTick = Infinity;
  }

  #arm(tick) {
    clearTimeout(this.#timer);
    this.#nextTick = tick;
    this.#timer = setTimeout(() => this.#run(), Math.max(1, tick * GRANULARITY_MS - this.now()));
  }

  #run() {
    const reached = Math.floor(this.now() / GRANULARITY_MS);
    this.#nextTick = Infinity;
    const due = [...this.#buckets.keys()].filter((tick) => tick <= reached).toSorted((a, b) => a - b);
    for (const tick of due) {
      const callbacks = this.#buckets.get(tick);
      this.#buckets.delete(tick);
      for (const callback of callbacks) callback();
    }
    const next = Math.min(...this.#buckets.keys());
    if (next < this.#nextTick) this.#arm(next);
  }
}
