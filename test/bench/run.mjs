/**
 * Turns per second, time to first token and streams held, side by side with baselines: one run, one fake provider, the variants
 * taking turns so that noise meets all alike, medians of the rounds.
 *   node test/bench/run.mjs [--quick] [--only turns,streamed,first,hold,start] [--rounds 3] [--seconds 5] [--no-pin]
 */
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { conclude, megabytes, percentile, printTable, readOptions } from '../faults/suite.mjs';
import { BatonServer, freshMariaDb } from '../support/server.mjs';
import { LoadGenerator, Variants } from './variants.mjs';

const FLAGS = readOptions({
  quick: false,
  'no-pin': false,
  only: '',
  rounds: 0,
  seconds: 0,
  levels: '',
  'node-args': '',
});
const ROUNDS = FLAGS.rounds || (FLAGS.quick ? 1 : 3);
const SECONDS = FLAGS.seconds || (FLAGS.quick ? 2 : 5);
const LEVELS = (FLAGS.levels || (FLAGS.quick ? '300' : '300,600,1000')).split(',').map(Number);
const CHATS = 2000;
const CONNECTIONS = 32;
const isPinned = !FLAGS['no-pin'] && cpus().length > 1;
const cores = isPinned ? { server: '0', load: '1' } : { server: null, load: null };
const wants = (part) => FLAGS.only === '' || FLAGS.only.split(',').includes(part);
const errors = [];
const goals = [];

const turnFigures = ({ turns, allTurns, totalMs, cpuSeconds, cpuShare }) => ({
  rate: turns / SECONDS,
  cpuMs: (cpuSeconds * 1000) / allTurns,
  cpuShare,
  p50: percentile(totalMs, 0.5),
  p99: percentile(totalMs, 0.99),
});
const turnJob = (streamed) => ({
  kind: 'takeTurns',
  connections: CONNECTIONS,
  seconds: SECONDS,
  warmupSeconds: FLAGS.quick ? 1 : 2,
  directives: '[[tokens=20]]',
  streamed,
});
const turnRow = (variant, { rate, cpuMs, cpuShare, p50, p99 }) => ({
  variant: variant.name,
  'turns/s': rate.toFixed(0),
  'server CPU ms/turn': cpuMs.toFixed(2),
  'server core busy': `${(cpuShare * 100).toFixed(0)} %`,
  'p50 ms': p50.toFixed(1),
  'p99 ms': p99.toFixed(1),
  'memory MB': megabytes(variant.process.rss),
});

console.log(`${cpus().length} cores (${cpus()[0].model}), Node ${process.version}, ${ROUNDS} rounds of ${SECONDS} s.`);
console.log(
  isPinned
    ? 'Servers on core 0; provider and load generator on core 1; the database anywhere, so it competes with both.\n'
    : 'Nothing is pinned: server, database, provider and load generator share the cores.\n',
);

if (wants('start')) await measureStart();
if (['turns', 'streamed', 'first', 'hold'].some(wants)) await measureTurns();
printTable(goals);
conclude(errors);

async function measureTurns() {
  const variants = await Variants.start({
    chats: CHATS,
    cores,
    nodeArgs: FLAGS['node-args'].split(' ').filter(Boolean),
  });
  const load = new LoadGenerator(cores.load);
  const { proxy, bare, usual, mariadb, sqlite } = variants;
  if (wants('turns')) await measureWhole(load, { proxy, bare, usual, mariadb, sqlite });
  if (wants('streamed')) await measureStreamed(load, { proxy, mariadb, sqlite });
  if (wants('first')) await measureFirstToken(load, { proxy, mariadb, sqlite });
  if (wants('hold')) await measureHeld(load, variants, { proxy, mariadb, sqlite });
  load.stop();
  await variants.stop();
}

/** A baseline that fails spoils its figures; that we fail breaks a promise. */
function noteError({ name, wire }, error) {
  if (wire === 'baton') errors.push(`${name}: ${error}`);
  else console.log(`(${name} failed: ${error})`);
}

/** Runs the job once per variant and round; returns the medians of what `figuresOf` makes of each result. */
async function interleave(load, variants, job, figuresOf) {
  const taken = new Map(Object.keys(variants).map((key) => [key, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [key, variant] of Object.entries(variants)) {
      const result = await load.run(variant, job);
      for (const error of result.errors) noteError(variant, error);
      taken.get(key).push(figuresOf(result));
    }
  }
  return Object.fromEntries(
    Array.from(taken, ([key, all]) => [
      key,
      Object.fromEntries(
        Object.keys(all[0]).map((name) => [
          name,
          percentile(
            all.map((one) => one[name]),
            0.5,
          ),
        ]),
      ),
    ]),
  );
}

async function measureWhole(load, variants) {
  const figures = await interleave(load, variants, turnJob(false), turnFigures);
  console.log(`Turns, not streamed, ${CONNECTIONS} connections, 20 earlier messages:`);
  printTable(Object.entries(variants).map(([key, variant]) => turnRow(variant, figures[key])));
  console.log();
  goal('P1 turns/s against the usual way', figures.mariadb.rate / figures.usual.rate, 10, '×');
  goal('P2 turns/s against bare Fastify + mysql2', figures.mariadb.rate / figures.bare.rate, 0.9, '×');
}

async function measureStreamed(load, variants) {
  const figures = await interleave(load, variants, turnJob(true), turnFigures);
  console.log(`Turns, streamed, 20 deltas, ${CONNECTIONS} connections:`);
  printTable(Object.entries(variants).map(([key, variant]) => turnRow(variant, figures[key])));
  console.log();
  goal('P3 streamed turns/s against the proxy, MariaDB', figures.mariadb.rate / figures.proxy.rate, 0.25, '×');
  goal('P3 streamed turns/s against the proxy, SQLite', figures.sqlite.rate / figures.proxy.rate, 0.25, '×');
}

async function measureFirstToken(load, variants) {
  const job = {
    ...turnJob(true),
    connections: 100,
    staggerMs: 10,
    warmupSeconds: 2,
    directives: '[[tokens=50 delay=20 ttft=0]]',
  };
  const figures = await interleave(load, variants, job, ({ firstTextMs }) => ({
    p50: percentile(firstTextMs, 0.5),
    p99: percentile(firstTextMs, 0.99),
    count: firstTextMs.length,
  }));
  console.log('Time to first token, 100 streams at 20 ms a token, in milliseconds:');
  const row = ([key, variant]) => ({
    variant: variant.name,
    'first tokens': figures[key].count,
    p50: figures[key].p50.toFixed(1),
    p99: figures[key].p99.toFixed(1),
    'added p50': (figures[key].p50 - figures.proxy.p50).toFixed(1),
    'added p99': (figures[key].p99 - figures.proxy.p99).toFixed(1),
  });
  printTable(Object.entries(variants).map(row));
  console.log();
  for (const key of ['mariadb', 'sqlite']) {
    goal(`P4 added time to first token p50, ${key}`, figures[key].p50 - figures.proxy.p50, 3, 'ms', true);
    goal(`P4 added time to first token p99, ${key}`, figures[key].p99 - figures.proxy.p99, 15, 'ms', true);
  }
}

async function measureHeld(load, { providerUrl }, variants) {
  const tokens = FLAGS.quick ? 150 : 400;
  const rows = [];
  for (const streams of LEVELS) {
    const job = { kind: 'holdStreams', streams, tokens, delayMs: 20, rampMs: 2000, providerUrl };
    const figures = await interleave(load, variants, job, ({ lateMs, cpuShare }) => ({
      p50: percentile(lateMs, 0.5),
      p99: percentile(lateMs, 0.99),
      cpuShare,
    }));
    for (const [key, variant] of Object.entries(variants)) {
      const { p50, p99, cpuShare } = figures[key];
      rows.push({
        streams,
        variant: variant.name,
        'late p50 ms': p50.toFixed(0),
        'late p99 ms': p99.toFixed(0),
        'added p50': (p50 - figures.proxy.p50).toFixed(0),
        'added p99': (p99 - figures.proxy.p99).toFixed(0),
        'server core busy': `${(cpuShare * 100).toFixed(0)} %`,
        'memory MB': megabytes(variant.process.rss),
      });
      if (key !== 'proxy')
        goal(`P5 p99 added delay, ${streams} streams, ${key}`, p99 - figures.proxy.p99, 80, 'ms', true);
    }
  }
  console.log('Streams held, 20 ms a token: how late each token arrived after the provider was due to send it:');
  printTable(rows);
  console.log();
}

async function measureStart() {
  const provider = 'http://127.0.0.1:9/v1';
  const rows = [];
  const fresh = { ms: [], rss: [] };
  const again = { ms: [], rss: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const server = await BatonServer.start({ providerUrl: provider });
    for (const figures of [fresh, again]) {
      if (figures === again) await server.start();
      await delay(5000);
      figures.ms.push(server.startMs);
      figures.rss.push(server.process.rss);
      await server.stop();
    }
    await server.dispose();
  }
  const database = await freshMariaDb('bench_start');
  const onMariaDb = { ms: [], rss: [] };
  const server = await BatonServer.start({ providerUrl: provider, databaseUrl: database.url });
  await server.stop();
  for (let round = 0; round < ROUNDS; round++) {
    await server.start();
    await delay(5000);
    onMariaDb.ms.push(server.startMs);
    onMariaDb.rss.push(server.process.rss);
    await server.stop();
  }
  await server.dispose();
  await database.drop();
  const cases = { 'SQLite, first start with migrations': fresh, SQLite: again, MariaDB: onMariaDb };
  for (const [name, { ms, rss }] of Object.entries(cases)) {
    rows.push({
      start: name,
      'ready after ms': percentile(ms, 0.5).toFixed(0),
      'memory MB, idle 5 s': megabytes(percentile(rss, 0.5)),
    });
  }
  console.log('Start:');
  printTable(rows);
  console.log();
  goal('P10 start to ready', percentile(again.ms, 0.5), 2000, 'ms', true);
  goal('P10 idle memory', megabytes(percentile(again.rss, 0.5)), 150, 'MB', true);
}

function goal(name, value, limit, unit, isUpperLimit = false) {
  const isMet = isUpperLimit ? value <= limit : value >= limit;
  goals.push({
    goal: name,
    wanted: `${isUpperLimit ? '≤' : '≥'} ${limit} ${unit}`,
    measured: `${value.toFixed(value < 10 && unit === '×' ? 2 : 1)} ${unit}`,
    result: isMet ? 'met' : 'MISSED',
  });
}
