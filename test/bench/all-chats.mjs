/**
 * Whether the list of all chats stays flat: an agent's pages and filters on a server with many chats against one with few, the two taking
 * turns. The goal is twice the median time at most.
 *   node test/bench/all-chats.mjs [--db sqlite|mariadb] [--many 100000] [--few 1000] [--rounds 100]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conclude, percentile, printTable, readOptions, startSurroundings } from '../faults/suite.mjs';
import { BatonServer, ProgramProcess, spawnNode } from '../support/server.mjs';

const FLAGS = readOptions({ db: 'sqlite', many: 100_000, few: 1000, rounds: 100, limit: 2 });
const SEED = 'dist/apps/api/src/commands/seed/main.js';
const TURNS_A_CHAT = 2;
const WARM_UP = 10;
const MAX_SECONDS_PER_LIST = 60;

/** `isFree` lists are shown without a goal: a request looks at more chats than the small server has. */
const LISTS = [
  { name: 'newest', query: '' },
  { name: '200 a page', query: 'Limit=200' },
  { name: 'deep', query: 'Limit=50', isDeep: true },
  { name: 'with the bot', query: 'Owner=bot' },
  { name: 'waiting or claimed', query: 'Owner=requested&Owner=human' },
  { name: 'three owners', query: 'Owner=bot&Owner=requested&Owner=closed' },
  { name: 'a period', query: 'From=2020-01-01T00:00:00Z&To=2100-01-01T00:00:00Z' },
  { name: 'common words', query: 'SearchFor=the' },
  { name: 'nothing to be found', query: 'Tag=nowhere', isFree: true },
  { name: 'words not to be found', query: 'SearchFor=xyzzy', isFree: true },
];

class Site {
  static async open(chats) {
    const site = new Site();
    site.surroundings = await startSurroundings({ db: FLAGS.db, prefix: 'chats' });
    site.dataDir = mkdtempSync(join(tmpdir(), 'baton-all-chats-'));
    const { databaseUrl, fake } = site.surroundings;
    site.server = await BatonServer.start({ providerUrl: fake.baseUrl, databaseUrl, dataDir: site.dataDir });
    // The start has made the schema; an embedded database takes one program at a time.
    await site.server.stop();
    const env = { DATA_DIR: site.dataDir, DATABASE_URL: databaseUrl ?? '', ENCRYPTION_KEY: '5f'.repeat(32) };
    const counts = ['--chats', String(chats), '--turns', String(chats * TURNS_A_CHAT)];
    const program = new ProgramProcess(spawnNode([SEED, '--json', '--force', ...counts], { env }));
    await program.exited;
    const [, json] = /^(\{.*\})$/m.exec(program.output) ?? [];
    if (json === undefined) throw new Error(`The demo data were not made:\n${program.output}`);
    await site.server.start();
    const { apiKey } = JSON.parse(json).named.find(({ role }) => role === 'agent');
    site.headers = { authorization: `Bearer ${apiKey}` };
    return site;
  }

  async read(query) {
    const startedAt = performance.now();
    const answer = await fetch(`${this.server.url}/api/takeover/chats?${query}`, { headers: this.headers });
    const page = await answer.json();
    if (answer.status !== 200) throw new Error(`${query} answered ${answer.status}`);
    return { page, took: performance.now() - startedAt };
  }

  /** A place in the middle of the list. */
  async goDeep() {
    const { page } = await this.read('Limit=200');
    this.cursor = page.nextCursor;
  }

  queryOf({ query, isDeep }) {
    return isDeep ? `${query}&Cursor=${this.cursor}` : query;
  }

  async close() {
    await this.server?.dispose();
    rmSync(this.dataDir, { recursive: true, force: true });
    await this.surroundings.stop();
  }
}

async function measure(list, sites) {
  const times = sites.map(() => []);
  const until = performance.now() + MAX_SECONDS_PER_LIST * 1000;
  for (let round = 0; round < WARM_UP + FLAGS.rounds && performance.now() < until; round++) {
    for (const [index, site] of sites.entries()) {
      const { took } = await site.read(site.queryOf(list));
      if (round >= WARM_UP) times[index].push(took);
    }
  }
  return times.map((each) => percentile(each, 0.5));
}

const sites = [];
const faults = [];
try {
  for (const chats of [FLAGS.many, FLAGS.few]) {
    const site = await Site.open(chats);
    sites.push(site);
    await site.goDeep();
  }
  const rows = [];
  for (const list of LISTS) {
    const [many, few] = await measure(list, sites);
    const ratio = many / few;
    if (!list.isFree && ratio > FLAGS.limit) faults.push(`${list.name}: ${ratio.toFixed(2)} times as long`);
    rows.push({
      list: list.name,
      [`p50 ms at ${FLAGS.many} chats`]: many.toFixed(2),
      [`at ${FLAGS.few}`]: few.toFixed(2),
      ratio: ratio.toFixed(2),
      goal: list.isFree ? '-' : `≤ ${FLAGS.limit}`,
    });
  }
  console.log(`The list of all chats on ${FLAGS.db}, ${FLAGS.rounds} rounds`);
  printTable(rows);
} finally {
  for (const site of sites) await site.close();
}
conclude(faults);
