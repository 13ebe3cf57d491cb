/**
 * Two instances serve many streams, and one is killed (-9) again and again. Its readers resume at the other one: every transcript must
 * be the log's, and no answer that had begun may be asked of the model again.
 *   node test/faults/load/killed-instance.mjs [--streams 300] [--rounds 20] [--redis]
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BatonServer } from '../../support/server.mjs';
import { Reader } from '../reader.mjs';
import {
  between,
  clientFor,
  conclude,
  createChats,
  faultsOfLog,
  percentile,
  printTable,
  readLogAtRest,
  readOptions,
  startSurroundings,
} from '../suite.mjs';
import { difference } from '../transcript.mjs';

const options = readOptions({ streams: 300, rounds: 20, redis: false });
const RESUMED_WITHIN_MS = 3000;
const RESUMED_SHARE = 0.95;
const AT_REST_WITHIN_MS = 30_000;
const KILL_AFTER_MS = [300, 1500];

const surroundings = await startSurroundings({ db: 'mariadb', prefix: 'instance', journalSize: 1_000_000 });
const shared = {
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
  redisUrl: options.redis ? (process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/9') : '',
  env: { REDIS_PREFIX: randomUUID() },
};
const [lasting, mortal] = [await BatonServer.start(shared), await BatonServer.start(shared)];
const near = clientFor(lasting);
let far = clientFor(mortal);
let isFarAlive = true;
const faults = [];
const sums = { kills: 0, transcripts: 0, identical: 0, characters: 0, generations: 0, second: 0 };
const resumedAfter = [];

const chatIds = await createChats(near, options.streams);
// Half of the readers, and half of the turns, are at the instance that dies; they do not coincide.
const readers = chatIds.map((chatId, index) => new Reader(() => (index % 2 === 0 && isFarAlive ? far : near), chatId));
const known = new Map();
for (let round = 1; round <= options.rounds; round++) await runRound(round);

const inTime = resumedAfter.filter((ms) => ms <= RESUMED_WITHIN_MS).length / resumedAfter.length;
if (inTime < RESUMED_SHARE) faults.push(`${(inTime * 100).toFixed(1)} % of the readers resumed in time`);
if (sums.identical < sums.transcripts)
  faults.push(`${sums.transcripts - sums.identical} transcripts are not the log's`);
if (sums.second > 0) faults.push(`${sums.second} answers that had begun were asked for again`);
printTable([
  {
    streams: options.streams,
    ...sums,
    'resumed s p50/p95/max': [0.5, 0.95, 1]
      .map((share) => (percentile(resumedAfter, share) / 1000).toFixed(2))
      .join('/'),
    'within 3 s': `${(inTime * 100).toFixed(1)} %`,
  },
]);
await Promise.all(readers.map((reader) => reader.stop()));
await Promise.all([near, far].map((client) => client.destroy()));
await lasting.dispose();
await mortal.dispose();
await surroundings.stop();
conclude(faults);

async function runRound(round) {
  const asked = chatIds.map((chatId, index) => {
    const userMessage = `Round ${round} of ${chatId} [[tokens=60 delay=30]]`;
    const client = index % 4 < 2 ? far : near;
    const asking = client.request('POST', `/api/chats/${chatId}/completions`, { userMessage });
    return { userMessage, over: asking.catch(() => undefined) };
  });
  await delay(between(...KILL_AFTER_MS));
  const moved = readers.filter((_, index) => index % 2 === 0);
  isFarAlive = false;
  await mortal.kill();
  const diedAt = performance.now();
  sums.kills++;
  await Promise.all(asked.map(({ over }) => over));
  const logs = await Promise.all(chatIds.map((chatId) => readLogAtRest(near, chatId, AT_REST_WITHIN_MS)));
  await Promise.all(logs.map((log, index) => check(readers[index], log, asked[index].userMessage)));
  for (const { openedAt } of moved) resumedAfter.push(openedAt > diedAt ? openedAt - diedAt : Infinity);
  await far.destroy();
  await mortal.start();
  far = clientFor(mortal);
  isFarAlive = true;
  for (const reader of moved) reader.drop();
  if (round % 5 === 0 || round === options.rounds) console.log(`round ${round}: ${JSON.stringify(sums)}`);
}

async function check(reader, log, userMessage) {
  const { chatId, transcript } = reader;
  faults.push(...faultsOfLog(log).map((fault) => `${chatId}: ${fault}`));
  await reader.until(({ lastSeq }) => lastSeq >= log.length, AT_REST_WITHIN_MS);
  const isComplete = transcript.lastSeq === log.length && transcript.violations.length === 0;
  const after = known.get(chatId) ?? 0;
  known.set(chatId, log.length);
  let isIdentical = isComplete;
  for (const { type, data } of log.slice(after)) {
    if (type !== 'message.completed') continue;
    const shown = transcript.shown.get(data.messageId) ?? '';
    sums.characters += shown.length;
    if (shown === data.text && transcript.completed.get(data.messageId)?.data.text === data.text) continue;
    isIdentical = false;
    faults.push(`${chatId}: ${difference(shown, data.text)}`);
  }
  faults.push(...transcript.violations.map((fault) => `${chatId}: ${fault}`));
  sums.transcripts++;
  if (isIdentical) sums.identical++;
  const calls = surroundings.fake.journal.requests.filter((request) => request.userMessage === userMessage).length;
  sums.generations += calls;
  // A turn of which nothing was shown is restarted: what its reader sees is the second one alone.
  const wasCut = log.slice(after).some(({ type, data }) => type === 'turn.ended' && data.status === 'interrupted');
  if (calls > 1 && wasCut) sums.second++;
}
