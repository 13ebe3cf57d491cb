/**
 * Chats that stream at two instances on one MariaDB, and agents who take them over at random tokens, through whichever instance; a
 * tenth of the time two agents at once. No reader may see text of the bot, and none may be stored, after the takeover; of two
 * agents one wins. Runs without Redis and with it.
 *   node test/faults/takeover.mjs [--chats 300] [--takeovers 2000] [--delay 250] [--longest 25] [--only polling|redis]
 * `--delay`: milliseconds between tokens; `--longest`: seconds until the latest takeover of an answer.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { expectedText, FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { BatonServer, freshMariaDb } from '../support/server.mjs';
import {
  between,
  clientFor,
  conclude,
  createChats,
  faultsOfLog,
  percentile,
  printTable,
  readLog,
  readOptions,
} from './suite.mjs';
import { createAgents, TakeoverWatcher, talkOversOfLog, wallClock } from './takeover-watcher.mjs';

const options = readOptions({ chats: 300, takeovers: 2000, delay: 250, longest: 25, only: '' });
const SETUPS = { polling: '', redis: process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/6' };
const EVENT_WITHIN_MS = 20_000;
const RUN_LIMIT_MS = 480_000;
const DOUBLE_SHARE = 0.1;
const faults = [];
const counts = [];
const times = [];

for (const [name, redisUrl] of Object.entries(SETUPS)) {
  if (options.only === '' || options.only === name) await runSetup(name, redisUrl);
}
printTable(counts);
console.log(
  '\nMilliseconds, except for the claim itself after its acknowledgement; "there" is the instance that runs the turn:',
);
printTable(times);
conclude(faults);

async function runSetup(name, redisUrl) {
  const fake = new FakeProvider({ journalSize: Math.max(200, Math.ceil(options.takeovers / 5)) });
  await fake.start();
  const database = await freshMariaDb('takeover');
  const start = () => BatonServer.start({ providerUrl: fake.baseUrl, databaseUrl: database.url, redisUrl });
  const servers = [await start(), await start()];
  const customers = servers.map(clientFor);
  const agents = await createAgents(servers, ['Ada', 'Ben']);
  const found = { begun: 0, takeovers: [], doubles: 0, oneWinner: 0, faults: [], watchers: [], stored: [] };
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const run = {
    name,
    fake,
    servers,
    lag,
    cpu: process.cpuUsage(),
    customers,
    agents,
    startedAt: performance.now(),
    ...found,
  };
  const chatIds = await createChats(customers[0], options.chats);
  await Promise.all(chatIds.map((chatId) => driveChat(run, chatId)));
  const seconds = (performance.now() - run.startedAt) / 1000;
  lag.disable();
  await checkStored(run, chatIds, database.url);
  report(run, seconds);
  for (const watcher of run.watchers) watcher.close();
  for (const client of [...customers, ...agents.flatMap(({ clients }) => clients)]) await client.destroy();
  for (const server of servers) await server.dispose();
  await database.drop();
  await fake.stop();
}

/** Asks, lets the bot speak for a while, takes over, gives the chat back: until enough chats were taken over. */
async function driveChat(run, chatId) {
  const watchers = run.customers.map((client) => new TakeoverWatcher(client, chatId));
  run.watchers.push(...watchers);
  await Promise.all(watchers.map(({ opened }) => opened));
  await delay(between(0, 2000));
  while (run.begun < options.takeovers) {
    if (performance.now() - run.startedAt > RUN_LIMIT_MS) return run.faults.push(`${chatId}: the time is up`);
    if (!(await takeOverOnce(run, chatId, watchers, ++run.begun))) return undefined;
  }
  return undefined;
}

async function takeOverOnce(run, chatId, watchers, number) {
  const place = number % 2;
  const tokens = Math.ceil(((options.longest + 10) * 1000) / options.delay);
  const userMessage = `Takeover ${number} of ${chatId} [[tokens=${tokens} delay=${options.delay}]]`;
  const known = watchers[place].shown.size;
  const answered = run.customers[place].request('POST', `/api/chats/${chatId}/completions`, { userMessage });
  const hasBegun = await watchers[place].until(({ shown }) => shown.size > known, EVENT_WITHIN_MS);
  if (!hasBegun) return fail(run, `${chatId}: the bot did not begin to speak: ${JSON.stringify(await answered)}`);
  const messageId = [...watchers[place].shown.keys()].at(-1);
  await delay(between(0, options.longest * 1000));
  const winner = await claim(run, chatId, place);
  if (winner === null) return false;
  const { epoch, ackAt, sentAt, agent, claimPlace } = winner;
  const haveSeen = await Promise.all(
    watchers.map((each) => each.until(({ passedAt }) => passedAt.has(epoch), EVENT_WITHIN_MS)),
  );
  if (haveSeen.includes(false)) return fail(run, `${chatId}: a reader was not told of epoch ${epoch}`);
  await delay(between(200, 600));
  run.takeovers.push({ place, claimPlace, ackAt, sentAt, userMessage, messageId, watchers, epoch });
  const { status, body } = await answered;
  if (status !== 200) run.faults.push(`${chatId}: the cut answer was ${status} ${JSON.stringify(body)}`);
  else checkCut(run, chatId, userMessage, messageId, watchers, body.assistantMessage);
  const released = await agent.clients[claimPlace].request('POST', `/api/takeover/chats/${chatId}/release`, {
    to: 'bot',
  });
  if (released.status !== 200) return fail(run, `${chatId}: not released: ${JSON.stringify(released.body)}`);
  return true;
}

/** One agent, or both in the same instant; the one who holds the chat then. */
async function claim(run, chatId, place) {
  const isDouble = Math.random() < DOUBLE_SHARE;
  const [first, second] = Math.random() < 0.5 ? run.agents : run.agents.toReversed();
  const sentAt = wallClock();
  const tries = (isDouble ? [first, second] : [first]).map(async (agent) => {
    const claimPlace = Math.random() < 0.5 ? place : 1 - place;
    const { status, body } = await agent.clients[claimPlace].request('POST', `/api/takeover/chats/${chatId}/claim`, {});
    return { agent, claimPlace, status, body, ackAt: wallClock(), sentAt };
  });
  const results = await Promise.all(tries);
  const winners = results.filter(({ status }) => status === 200);
  if (isDouble) run.doubles++;
  if (isDouble && winners.length === 1 && results.some(({ status }) => status === 409)) run.oneWinner++;
  if (winners.length !== 1) {
    fail(
      run,
      `${chatId}: ${winners.length} winners: ${JSON.stringify(results.map(({ status, body }) => [status, body]))}`,
    );
    return null;
  }
  return { ...winners[0], epoch: winners[0].body.epoch };
}

/** The sealed text is what everybody was shown, and the beginning of what the model said. */
function checkCut(run, chatId, userMessage, messageId, watchers, answer) {
  const expected = expectedText(userMessage);
  for (const { shown, completed } of watchers) {
    const sealed = completed.get(messageId);
    if (sealed?.status !== 'interrupted') run.faults.push(`${chatId}: sealed as ${sealed?.status}`);
    if (sealed?.text !== shown.get(messageId)) run.faults.push(`${chatId}: shown and sealed text differ`);
    if (!expected.startsWith(sealed?.text ?? ''))
      run.faults.push(`${chatId}: sealed text that does not come from the model`);
    if (sealed?.text !== answer) run.faults.push(`${chatId}: the caller was answered another text`);
  }
}

async function checkStored(run, chatIds, url) {
  let passed = 0;
  for (const chatId of chatIds) {
    const log = await readLog(run.customers[0], chatId);
    run.faults.push(...faultsOfLog(log).map((fault) => `${chatId}: ${fault}`));
    run.stored.push(...talkOversOfLog(chatId, log));
    passed += log.filter(({ type, data }) => type === 'ownership.changed' && data.to === 'human').length;
  }
  if (passed !== run.takeovers.length)
    run.faults.push(`${run.takeovers.length} takeovers were acknowledged, the logs hold ${passed}`);
  const connection = await createConnection(url);
  const [[{ stray }]] = await connection.query(
    `SELECT COUNT(*) AS stray FROM turn_chunks k JOIN turns t ON t.id = k.turn_id WHERE t.status <> 'running'`,
  );
  await connection.end();
  if (stray > 0) run.stored.push(`${stray} pieces of text are stored of turns that have ended`);
}

function report(run, seconds) {
  const heard = run.watchers.flatMap(({ talkOvers }) => talkOvers);
  run.faults.push(...run.watchers.flatMap((watcher) => watcher.faults), ...heard, ...run.stored);
  if (run.oneWinner !== run.doubles) run.faults.push(`${run.doubles - run.oneWinner} double claims without one winner`);
  faults.push(...run.faults.map((fault) => `${run.name}: ${fault}`));
  counts.push({
    setup: run.name,
    chats: options.chats,
    takeovers: run.takeovers.length,
    'double claims': run.doubles,
    'one winner': run.oneWinner,
    'talk-overs heard': heard.length,
    'talk-overs stored': run.stored.length,
    seconds: seconds.toFixed(0),
    'busy %: instances / this program': busy(run, seconds),
    'lag here p50/p99 ms': [50, 99].map((share) => (run.lag.percentile(share) / 1e6 - 5).toFixed(0)).join(' / '),
  });
  const abortedAt = new Map(run.fake.journal.aborts.map(({ userMessage, at }) => [userMessage, at]));
  for (const where of ['same', 'other']) {
    const taken = run.takeovers.filter(({ place, claimPlace }) => (place === claimPlace) === (where === 'same'));
    const missing = taken.filter(({ userMessage }) => !abortedAt.has(userMessage)).length;
    if (missing > 0) faults.push(`${run.name}: ${missing} calls of the model service were not aborted`);
    const claims = taken.map(({ ackAt, sentAt }) => ackAt - sentAt);
    const lastHeard = (at) =>
      taken.map((takeover) =>
        Math.max(0, (takeover.watchers[at(takeover)].lastHeardAt.get(takeover.messageId) ?? 0) - takeover.ackAt),
      );
    const aborts = taken.map(({ ackAt, userMessage }) => Math.max(0, (abortedAt.get(userMessage) ?? Infinity) - ackAt));
    const told = taken.map(({ ackAt, watchers, epoch }) =>
      Math.max(0, ...watchers.map(({ passedAt }) => (passedAt.get(epoch) ?? Infinity) - ackAt)),
    );
    times.push({
      setup: run.name,
      'claimed at': `the ${where} instance`,
      takeovers: taken.length,
      'claim p50/p99': both(claims),
      'last character there p50/p99': both(lastHeard(({ place }) => place)),
      'at the other p50/p99': both(lastHeard(({ place }) => 1 - place)),
      'abort p50/p99': both(aborts),
      'everybody told p50/p99': both(told),
    });
  }
}

/** How much of a core each of them used. */
function busy({ servers, cpu }, seconds) {
  const own = process.cpuUsage(cpu);
  const used = [...servers.map((server) => server.process.cpuSeconds), (own.user + own.system) / 1e6];
  return used.map((each) => ((100 * each) / seconds).toFixed(0)).join(' / ');
}

function fail(run, text) {
  run.faults.push(text);
  return false;
}

function both(values) {
  return `${percentile(values, 0.5).toFixed(0)} / ${percentile(values, 0.99).toFixed(0)}`;
}
