import { kindOf } from './values.mjs';

const KEPT = 40;
const NONE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';

/** What exists: for each kind the newest ids, as each of the servers that are tried knows them. */
export class Pool {
  #ids = new Map();
  #names = new Map();

  constructor(instances) {
    this.instances = instances;
  }

  find({ kind, nth }, side) {
    const { fake } = this.instances[side];
    if (kind === 'provider') return fake.baseUrl;
    if (kind === 'tools') return `${new URL(fake.baseUrl).origin}/tools/x`;
    const ids = this.#ids.get(kind) ?? [];
    return ids.length === 0 ? NONE : ids[ids.length - 1 - (nth % ids.length)][side];
  }

  /** Keeps the ids that answers to one request contain in the same places. */
  harvest(answers) {
    const bodies = answers.map((answer) => (answer?.status < 300 ? answer.json : undefined));
    if (bodies.every((body) => typeof body === 'object' && body !== null)) this.#walk(bodies, '');
  }

  add(kind, ids) {
    if (ids.some((id, side) => this.instances[side].own.has(id))) return;
    const kept = this.#ids.get(kind) ?? [];
    if (kept.some((each) => each[0] === ids[0])) return;
    kept.push(ids);
    this.#ids.set(kind, kept.slice(-KEPT));
  }

  /** Whether two servers mean the same by these. */
  areAlike(ids) {
    return this.#names.get(ids[0]) === ids[1];
  }

  #walk(bodies, name) {
    const [first] = bodies;
    if (typeof first === 'object' && first !== null) {
      for (const key of Object.keys(first).slice(0, 60)) {
        const values = bodies.map((body) => body?.[key]);
        if (values.every((value) => typeof value === typeof first[key]))
          this.#walk(values, Array.isArray(first) ? name : key);
      }
      return;
    }
    const kind = kindOf(name);
    if (kind === undefined || !['string', 'number'].includes(typeof first) || first === '') return;
    if (bodies.length === 2 && typeof first === 'string') this.#names.set(first, bodies[1]);
    this.add(kind, bodies);
    if (kind === 'bot') this.add('startBot', bodies);
  }
}
