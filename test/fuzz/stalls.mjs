import { setTimeout as pause } from 'node:timers/promises';

/** How often a request is sent alone to see whether it really holds the event loop. */
const RESENDS = 4;
/** A message of the server about its event loop arrives after the answer. */
const SETTLES_MS = 30;
const SUSPECTS_KEPT = 3;

/** Says which requests have held the event loop of a server. What runs beside them is told apart by sending them again, alone. */
export class Stalls {
  #suspects = new Map();
  #recent = [];

  constructor(instances, nameOf, send) {
    this.instances = instances;
    this.nameOf = nameOf;
    this.send = send;
  }

  get count() {
    return this.#suspects.size;
  }

  /** What the servers have reported while these requests were answered, or the ones before. */
  note(exchange) {
    this.#recent = [exchange, ...this.#recent.slice(0, 1)];
    for (const [side, { db, holds }] of this.instances.entries())
      for (const { held, at } of holds.splice(0)) {
        const during = this.#recent.find(({ from, to }) => at - held <= to && at >= from);
        if (during === undefined) continue;
        const wire = during.wires[side];
        const name = `${db} ${this.nameOf(wire)}`;
        const suspects = [...(this.#suspects.get(name) ?? []), { side, wire, held }];
        this.#suspects.set(name, suspects.toSorted((a, b) => b.held - a.held).slice(0, SUSPECTS_KEPT));
      }
  }

  /** For each name the first suspect that holds the loop every time. */
  async confirmed() {
    const found = [];
    for (const [name, suspects] of this.#suspects)
      for (const { side, wire, held } of suspects) {
        const ms = await this.#leastAlone(side, wire);
        if (ms === null) continue;
        found.push({ name, ms, firstMs: held, side, wire });
        break;
      }
    return found;
  }

  /** The least time for which a request holds the event loop when nothing else runs; null if once it does not. */
  async #leastAlone(side, wire) {
    const { holds } = this.instances[side];
    let least = Infinity;
    for (let round = 0; round < RESENDS; round++) {
      await pause(SETTLES_MS);
      holds.length = 0;
      await this.send(side, wire);
      await pause(SETTLES_MS);
      const longest = Math.max(0, ...holds.map(({ held }) => held));
      if (longest === 0) return null;
      least = Math.min(least, longest);
    }
    return least;
  }
}
