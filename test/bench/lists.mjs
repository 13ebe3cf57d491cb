/**
 * Whether lists stay flat: every list for a user with 20,000 chats against a user with 200, on one server in one run, the two
 * taking turns. The goal is twice the median time at most.
 *   node test/bench/lists.mjs [--db sqlite|mariadb] [--many 20000] [--few 200] [--rounds 200]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conclude, percentile, printTable, readOptions, startSurroundings } from '../faults/suite.mjs';
import { BatonServer, ProgramProcess, spawnNode } from '../support/server.mjs';

const FLAGS = readOptions({ db: 'sqlite', many: 20_000, few: 200, rounds: 200, limit: 2 });
const SEED = 'dist/apps/api/src/commands/seed/main.js';
const WARM_UP = 20;
const MAX_SECONDS_PER_LIST = 60;

/** Addresses of lists, by what a person has. `isFree` lists are shown without a goal: text inside names has no index. */
const LISTS = [
  { name: 'chats', path: () => '/api/users/current/chats' },
  { name: 'chats, page 5', path: () => '/api/users/current/chats?PageNumber=5' },
  { name: 'chats, 100 a page', path: () => '/api/users/current/chats?PageSize=100' },
  { name: 'favourites', path: () => '/api/users/current/chats?OnlyFavorites=true' },
  { name: 'chats by name', path: () => '/api/users/current/chats?OrderBy=displayName' },
  { name: 'chats with a bot', path: ({ botId }) => `/api/users/current/chats/${botId}` },
  { name: 'favourites with a bot', path: ({ botId }) => `/api/users/current/chats/${botId}?OnlyFavorites=true` },
  { name: 'chats with a message', path: ({ botId, messageId }) => `/api/users/current/chats/${botId}/${messageId}` },
  { name: 'system messages', path: () => '/api/users/current/userSystemMessage' },
  { name: 'API keys', path: () => '/api/users/current/apiKeys' },
  { name: 'bots', path: () => '/api/bots' },
  { name: 'start bots', path: () => '/api/bots/startbots' },
  { name: 'search in chats', path: () => '/api/users/current/chats?SearchFor=question', isFree: true },
];

class Person {
  constructor(url, { login, apiKey, chats }) {
    this.url = url;
    this.login = login;
    this.chats = chats;
    this.headers = { authorization: `Bearer ${apiKey}` };
  }

  /** @returns the milliseconds that the list took */
  async time(path) {
    const startedAt = performance.now();
    const answer = await fetch(this.url + path, { headers: this.headers });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
    return performance.now() - startedAt;
  }

  async read(path) {
    const answer = await fetch(this.url + path, { headers: this.headers });
    return answer.json();
  }

  /** What the addresses of the lists need: the bot of most chats, and a system message. */
  async lookAround() {
    const { items } = await this.read('/api/users/current/chats?PageSize=200');
    const counts = new Map();
    for (const { botId } of items) counts.set(botId, (counts.get(botId) ?? 0) + 1);
    this.botId = [...counts].toSorted(([, a], [, b]) => b - a)[0][0];
    const messages = await this.read('/api/users/current/userSystemMessage');
    this.messageId = messages.items[0].userSystemMessageId;
  }
}

async function fill(env) {
  const counts = ['--chats-per-user', `${FLAGS.many},${FLAGS.few}`, '--turns', String((FLAGS.many + FLAGS.few) * 2)];
  const program = new ProgramProcess(spawnNode([SEED, '--json', '--users', '2', '--force', ...counts], { env }));
  await program.exited;
  const [, json] = /^(\{.*\})$/m.exec(program.output) ?? [];
  if (json === undefined) throw new Error(`The demo data were not made:\n${program.output}`);
  return JSON.parse(json).named.filter(({ role }) => role === 'user');
}

async function measure(list, people) {
  const times = people.map(() => []);
  const until = performance.now() + MAX_SECONDS_PER_LIST * 1000;
  for (let round = 0; round < WARM_UP + FLAGS.rounds && performance.now() < until; round++) {
    for (const [index, person] of people.entries()) {
      const took = await person.time(list.path(person));
      if (round >= WARM_UP) times[index].push(took);
    }
  }
  return times.map((each) => percentile(each, 0.5));
}

const surroundings = await startSurroundings({ db: FLAGS.db, prefix: 'lists' });
const dataDir = mkdtempSync(join(tmpdir(), 'baton-lists-'));
const faults = [];
try {
  const { databaseUrl, fake } = surroundings;
  const server = await BatonServer.start({ providerUrl: fake.baseUrl, databaseUrl, dataDir });
  // The start has made the schema; an embedded database takes one program at a time.
  await server.stop();
  const seeded = await fill({ DATA_DIR: dataDir, DATABASE_URL: databaseUrl ?? '', ENCRYPTION_KEY: '5f'.repeat(32) });
  await server.start();
  const people = seeded.map((named) => new Person(server.url, named));
  for (const person of people) await person.lookAround();
  const rows = [];
  for (const list of LISTS) {
    const [many, few] = await measure(list, people);
    const ratio = many / few;
    const isKept = list.isFree || ratio <= FLAGS.limit;
    if (!isKept) faults.push(`${list.name}: ${ratio.toFixed(2)} times as long with ${FLAGS.many} chats`);
    rows.push({
      list: list.name,
      [`p50 ms at ${people[0].chats} chats`]: many.toFixed(2),
      [`at ${people[1].chats}`]: few.toFixed(2),
      ratio: ratio.toFixed(2),
      goal: list.isFree ? '-' : `≤ ${FLAGS.limit}`,
    });
  }
  console.log(`Lists on ${FLAGS.db}, ${FLAGS.rounds} rounds`);
  printTable(rows);
  await server.dispose();
} finally {
  rmSync(dataDir, { recursive: true, force: true });
  await surroundings.stop();
}
conclude(faults);
