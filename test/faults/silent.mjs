/**
 * MariaDB, and then Redis, accepts and says nothing, again and again, while two instances are used. Every request is answered in
 * time, nothing acknowledged is missing afterwards, and the server comes back by itself.
 *   node test/faults/silent.mjs [--rounds 20] [--seconds 6]
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

const sums = { refused: [], ready: [], back: [], noticed: [], late: [], acknowledged: 0, missing: 0 };
for (let round = 0; round < options.rounds; round++) await silenceDatabase();
for (let round = 0; round < options.rounds; round++) await silenceRedis();

const row = (name, values, limit) => {
  if (Math.max(...values) > limit) faults.push(`${name}: ${Math.max(...values).toFixed(0)} ms, more than ${limit} ms`);
  const [median, most] = [0.5, 1].map((share) => percentile(values, share).toFixed(0));
  return { what: name, n: values.length, 'p50 ms': median, 'max ms': most, 'limit ms': limit };
};
printTable([
  row('database: a request is refused after', sums.refused, REFUSED_WITHIN_MS),
  row('database: /health/ready says so after', sums.ready, UNREADY_WITHIN_MS),
  row('database: back after', sums.back, BACK_WITHIN_MS),
  row('redis: noticed after', sums.noticed, NOTICED_WITHIN_MS),
  row('redis: events are late at the other instance by', sums.late, LATE_AT_MOST_MS),
]);
console.log(`${sums.acknowledged} acknowledged messages, ${sums.missing} missing.`);
if (sums.missing > 0) faults.push(`${sums.missing} acknowledged messages are missing`);
await Promise.all([near, far].map((client) => client.destroy()));
await here.dispose();
await there.dispose();
for (const line of [database, redis]) line.cut();
await surroundings.stop();
conclude(faults);

async function silenceDatabase() {
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
      else noteRefusal(status, said, ms);
      // A refused message is sent again with its key.
      if (status === 200) headers['idempotency-key'] = randomUUID();
      else number--;
      await delay(ASK_EVERY_MS);
    }
  };
  const talks = chatIds.map(talk);
  await delay(1000);
  database.freeze();
  const { ms, status } = await timed(() => near.request('GET', '/health/ready'));
  sums.ready.push(ms);
  if (status !== 503) faults.push(`/health/ready answers ${status} while the database is silent`);
  await delay(options.seconds * 1000);
  database.thaw();
  const thawedAt = performance.now();
  while ((await near.request('GET', `/api/chats/${chatIds[0]}`)).status !== 200) await delay(10);
  sums.back.push(performance.now() - thawedAt);
  await delay(500);
  over.abort();
  await Promise.all(talks);
  for (const [chatId, messages] of acknowledged) await checkLog(chatId, messages);
}

function noteRefusal(status, headers, ms) {
  sums.refused.push(ms);
  // A message whose outcome is not known yet may still be running under its key.
  const isHonest = (status === 503 && headers['retry-after'] !== undefined) || status === 409;
  if (!isHonest) faults.push(`a request was answered ${status} while the database was silent`);
}

async function checkLog(chatId, messages) {
  const log = await readLogAtRest(far, chatId);
  faults.push(...faultsOfLog(log).map((fault) => `${chatId}: ${fault}`));
  const texts = log
    .filter(({ type, data }) => type === 'message.created' && data.author === 'customer')
    .map(({ data }) => data.text);
  sums.acknowledged += messages.length;
  sums.missing += messages.filter((text) => !texts.includes(text)).length;
  if (new Set(texts).size !== texts.length) faults.push(`${chatId}: a message was stored twice`);
}

async function silenceRedis() {
  const [chatId] = await createChats(near, 1);
  const seen = new Map();
  const reader = far.stream('GET', `/api/chats/${chatId}/events`, undefined, {}, ({ event, data }) => {
    if (event === 'message.created') seen.set(JSON.parse(data).data.text, performance.now());
  });
  await reader.opened;
  redis.freeze();
  const frozenAt = performance.now();
  const noticing = (async () => {
    while ((await near.call('GET', '/health/ready')).parts.redis !== 'down') await delay(10);
    sums.noticed.push(performance.now() - frozenAt);
  })();
  for (let number = 0; performance.now() - frozenAt < options.seconds * 1000; number++) {
    const userMessage = `Message ${number} [[tokens=2 delay=1]]`;
    const { ms, status } = await timed(() => near.request('POST', `/api/chats/${chatId}/completions`, { userMessage }));
    if (status !== 200) faults.push(`a message was answered ${status} after ${ms.toFixed(0)} ms without Redis`);
    const saidAt = performance.now();
    while (!seen.has(userMessage) && performance.now() - saidAt < 3 * LATE_AT_MOST_MS) await delay(5);
    sums.late.push(Math.max(0, (seen.get(userMessage) ?? Infinity) - saidAt));
  }
  await noticing;
  redis.thaw();
  while ((await near.call('GET', '/health/ready')).parts.redis !== 'up') await delay(10);
  reader.close();
}

async function timed(work) {
  const startedAt = performance.now();
  const answer = await work();
  return { ...answer, ms: performance.now() - startedAt };
}
