import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { ADMIN_KEY, freshMariaDb } from '../support/server.mjs';
import { HttpClient } from '../support/sse-client.mjs';

const MEMORY_SETTLES_MS = 3000;

/** Reads `--name value` options; each default also gives the type. */
export function readOptions(defaults) {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      { type: typeof value === 'boolean' ? 'boolean' : 'string' },
    ]),
  );
  const { values } = parseArgs({ options });
  const read = (name, value) => (typeof defaults[name] === 'number' ? Number(value) : value);
  return Object.fromEntries(Object.keys(defaults).map((name) => [name, read(name, values[name] ?? defaults[name])]));
}

/** A fake provider in this process, and the database that was asked for; both end with the suite. */
export async function startSurroundings({ db, prefix, journalSize = 1000 }) {
  const fake = new FakeProvider({ journalSize });
  await fake.start();
  const database = db === 'mariadb' ? await freshMariaDb(prefix) : null;
  return {
    fake,
    databaseUrl: database?.url,
    async stop() {
      await database?.drop();
      await fake.stop();
    },
  };
}

export const clientFor = (server) => new HttpClient(server.url, ADMIN_KEY);

/** @returns the ids of so many new chats with the first bot */
export async function createChats(client, count) {
  const { openChatBotId: botId } = await client.call('GET', '/api/chats/OpenChatBotId');
  const chats = Array.from({ length: count }, () => client.call('POST', '/api/chats', { botId }));
  return (await Promise.all(chats)).map(({ chatId }) => chatId);
}

/** For a server that collects garbage when it is told to and says what is in use then. (Other signals end the server.) */
export const TELLS_MEMORY = [
  '--expose-gc',
  '--import',
  'data:text/javascript,process.on("SIGWINCH",()=>{gc();console.log("MEMORY",JSON.stringify(process.memoryUsage()))})',
];

/** What a server started with {@link TELLS_MEMORY} uses once nothing is under way and garbage is gone: of each kind the least of some looks. */
export async function settledMemory(server) {
  const looks = [];
  for (let look = 0; look < 3; look++) {
    await delay(MEMORY_SETTLES_MS);
    server.process.output = '';
    process.kill(server.process.pid, 'SIGWINCH');
    const [, json] = await server.process.line(/^MEMORY (.*)$/m);
    looks.push(JSON.parse(json));
  }
  const least = (kind) => Math.min(...looks.map((look) => look[kind]));
  return { rss: least('rss'), heapUsed: least('heapUsed'), external: least('external') };
}

/** The whole numbered log of a chat after `after`, page by page. */
export async function readLog(client, chatId, after = 0) {
  const events = [];
  for (let from = after; ;) {
    const page = await client.call('GET', `/api/chats/${chatId}/events?after=${from}&limit=100`);
    events.push(...page.items);
    if (!page.hasMore) return events;
    from = page.lastSeq;
  }
}

/** What is wrong with a log on its own: gaps, turns without an end, ends without a turn. */
export function faultsOfLog(events) {
  const faults = [];
  const running = new Set();
  events.forEach(({ seq, type, data }, index) => {
    if (seq !== index + 1) faults.push(`event ${seq} in place ${index + 1}`);
    if (type === 'turn.started') running.add(data.turnId);
    if (type === 'turn.ended' && !running.delete(data.turnId)) faults.push(`turn ${data.turnId} ended unstarted`);
  });
  for (const turnId of running) faults.push(`turn ${turnId} has no end`);
  return faults;
}

/** The log of a chat once its turns have ended, or as it is after so long. */
export async function readLogAtRest(client, chatId, withinMs = 15_000) {
  for (const giveUpAt = performance.now() + withinMs; ;) {
    const log = await readLog(client, chatId);
    const isAtRest = log.length > 0 && faultsOfLog(log).length === 0;
    if (isAtRest || performance.now() > giveUpAt) return log;
    await delay(50);
  }
}

/** Prints rows of the same keys as a table. */
export function printTable(rows) {
  const names = Object.keys(rows[0]);
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => String(row[name]).length)));
  const line = (cells) => `| ${cells.map((cell, index) => String(cell).padEnd(widths[index])).join(' | ')} |`;
  console.log(line(names));
  console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  for (const row of rows) console.log(line(names.map((name) => row[name])));
}

/** Prints what was broken and sets the exit code. */
export function conclude(faults) {
  for (const fault of faults.slice(0, 30)) console.log(`BROKEN: ${fault}`);
  if (faults.length > 30) console.log(`… and ${faults.length - 30} more`);
  console.log(faults.length === 0 ? 'Every promise was kept.' : `${faults.length} promises were broken.`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

export const between = (low, high) => low + Math.random() * (high - low);
export const megabytes = (bytes) => Math.round(bytes / 1e6);

export function percentile(values, share) {
  if (values.length === 0) return NaN;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
