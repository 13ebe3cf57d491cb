/**
 * MariaDB, and then Redis, accepts and says nothing, or is cut off, again and again, while two instances are used. Every request is
 * answered in time, nothing acknowledged is missing afterwards, and the server comes back by itself.
 *   node test/faults/silent.mjs [--rounds 20] [--seconds 6]
 * `--rounds`: of each; `--seconds`: how long each lasts.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BatonServer } from '../support/server.mjs';
import { TcpLine } from '../support/tcp-line.mjs';
import {
  clientFor,
  conclude,
  createChats,
  faultsOfLog,
  percentile,
  printTable,
  readLogAtRest,
  readOptions,
  startSurroundings,
} from './suite.mjs';

const options = readOptions({ rounds: 20, seconds: 6 });
const REFUSED_WITHIN_MS = 5000;
const UNREADY_WITHIN_MS = 2000;
const BACK_WITHIN_MS = 5000;
const NOTICED_WITHIN_MS = 2000;
const LATE_AT_MOST_MS = 3000;
const LATE_WHEN_NOTICED_MS = 1000;
const ASK_EVERY_MS = 100;
const CHATS = 5;

const faults = [];
const surroundings = await startSurroundings({ db: 'mariadb', prefix: 'silent' });
const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/7';
const database = await TcpLine.open(surroundings.databaseUrl);
const redis = await TcpLine.open(redisUrl);
const { fake } = surroundings;
const env = { REDIS_PREFIX: randomUUID() };
const here = await BatonServer.start({
  providerUrl: fake.baseUrl,
  databaseUrl: database.url,
  redisUrl: redis.url,
  env,
});
const there = await BatonServer.start({
  providerUrl: fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
  redisUrl,
  env,
});
const [near, far] = [here, there].map(clientFor);

/** How a line fails, and comes back. */
const FAILURES = {
  silent: [(line) => line.freeze(), (line) => line.thaw()],
  'cut off': [(line) => line.sever(), (line) => line.mend()],
};
const rows = [];
let acknowledgedCount = 0;
let missing = 0;
for (const [how, [begin, end]] of Object.entries(FAILURES)) {
  const sums = { refused: [], ready: [], back: [], noticed: [], late: [], lateWhenNoticed: [] };
  for (let round = 0; round < options.rounds; round++) await failDatabase(sums, begin, end);
  for (let round = 0; round < options.rounds; round++) await failRedis(sums, begin, end);
  rows.push(
    row(`database ${how}: a request is refused after`, sums.refused, REFUSED_WITHIN_MS),
    row(`database ${how}: /health/ready says so after`, sums.ready, UNREADY_WITHIN_MS),
    row(`database ${how}: back after`, sums.back, BACK_WITHIN_MS),
    row(`Redis ${how}: noticed after`, sums.noticed, NOTICED_WITHIN_MS),
    row(`Redis ${how}: events until then are late by`, sums.late, LATE_AT_MOST_MS),
    row(`Redis ${how}: events from then on are late by`, sums.lateWhenNoticed, LATE_WHEN_NOTICED_MS),
  );
}

function row(name, values, limit) {
  if (values.length === 0) return { what: name, n: 0, 'p50 ms': '', 'max ms': '', 'limit ms': limit };
  if (Math.max(...values) > limit) faults.push(`${name}: ${Math.max(...values).toFixed(0)} ms, more than ${limit} ms`);
  const [median, most] = [0.5, 1].map((share) => percentile(values, share).toFixed(0));
  return { what: name, n: values.length, 'p50 ms': median, 'max ms': most, 'limit ms': limit };
}
printTable(rows);
console.log(`${acknowledgedCount} acknowledged messages, ${missing} missing.`);
if (missing > 0) faults.push(`${missing} acknowledged messages are missing`);
await Promise.all([near, far].map((client) => client.destroy()));
await here.dispose();
await there.dispose();
for (const line of [database, redis]) line.cut();
await surroundings.stop();
conclude(faults);

async function failDatabase(sums, begin, end) {
  const chatIds = await createChats(near, CHATS);
  const acknowledged = new Map(chatIds.map((chatId) => [chatId, []]));
  const over = new AbortController();
  const talk = async (chatId) => {
    const headers = { 'idempotency-key': randomUUID() };
    for (let number = 0; !over.signal.aborted; number++) {
      const userMessage = `Message ${number} [[tokens=5 delay=1]]`;
      const {
        ms,
        status,
        headers: said,
      } = await timed(() => near.request('POST', `/api/chats/${chatId}/completions`, { userMessage }, headers));
      if (status === 200) acknowledged.get(chatId).push(userMessage);
      else noteRefusal(sums, status, said, ms);
      // A refused message is sent again with its key.
      if (status === 200) headers['idempotency-key'] = randomUUID();
      else number--;
      await delay(ASK_EVERY_MS);
    }
  };
  const talks = chatIds.map(talk);
  await delay(1000);
  begin(database);
  const { ms, status } = await timed(() => near.request('GET', '/health/ready'));
  sums.ready.push(ms);
  if (status !== 503) faults.push(`/health/ready answers ${status} while the database fails`);
  await delay(options.seconds * 1000);
  end(database);
  const mendedAt = performance.now();
  while ((await near.request('GET', `/api/chats/${chatIds[0]}`)).status !== 200) await delay(10);
  sums.back.push(performance.now() - mendedAt);
  await delay(500);
  over.abort();
  await Promise.all(talks);
  for (const [chatId, messages] of acknowledged) await checkLog(chatId, messages);
}

function noteRefusal(sums, status, headers, ms) {
  sums.refused.push(ms);
  // A message whose outcome is not known yet may still be running under its key.
  const isHonest = (status === 503 && headers['retry-after'] !== undefined) || status === 409;
  if (!isHonest) faults.push(`a request was answered ${status} while the database failed`);
}

async function checkLog(chatId, messages) {
  const log = await readLogAtRest(far, chatId);
  faults.push(...faultsOfLog(log).map((fault) => `${chatId}: ${fault}`));
  const texts = log
    .filter(({ type, data }) => type === 'message.created' && data.author === 'customer')
    .map(({ data }) => data.text);
  acknowledgedCount += messages.length;
  missing += messages.filter((text) => !texts.includes(text)).length;
  if (new Set(texts).size !== texts.length) faults.push(`${chatId}: a message was stored twice`);
}

async function failRedis(sums, begin, end) {
  const [chatId] = await createChats(near, 1);
  const seen = new Map();
  const reader = far.stream('GET', `/api/chats/${chatId}/events`, undefined, {}, ({ event, data }) => {
    if (event === 'message.created') seen.set(JSON.parse(data).data.text, performance.now());
  });
  await reader.opened;
  begin(redis);
  let isNoticed = false;
  const frozenAt = performance.now();
  const noticing = (async () => {
    while ((await near.call('GET', '/health/ready')).parts.redis !== 'down') await delay(10);
    sums.noticed.push(performance.now() - frozenAt);
    isNoticed = true;
  })();
  for (let number = 0; performance.now() - frozenAt < options.seconds * 1000; number++) {
    const userMessage = `Message ${number} [[tokens=2 delay=1]]`;
    const late = isNoticed ? sums.lateWhenNoticed : sums.late;
    const { ms, status } = await timed(() => near.request('POST', `/api/chats/${chatId}/completions`, { userMessage }));
    if (status !== 200) faults.push(`a message was answered ${status} after ${ms.toFixed(0)} ms without Redis`);
    const saidAt = performance.now();
    while (!seen.has(userMessage) && performance.now() - saidAt < 3 * LATE_AT_MOST_MS) await delay(5);
    late.push(Math.max(0, (seen.get(userMessage) ?? Infinity) - saidAt));
  }
  await noticing;
  end(redis);
  while ((await near.call('GET', '/health/ready')).parts.redis !== 'up') await delay(10);
  reader.close();
}

async function timed(work) {
  const startedAt = performance.now();
  const answer = await work();
  return { ...answer, ms: performance.now() - startedAt };
}
