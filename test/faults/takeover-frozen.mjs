/**
 * An instance is frozen (SIGSTOP) while its chats stream. Half of them are taken over at the other instance, the other half is left
 * until the leases have run out and the other instance has sealed them. Then the frozen one is thawed: it writes nothing more into
 * any of these chats, and its own readers are told what has happened.
 *   node test/faults/takeover-frozen.mjs [--rounds 10] [--within 5] [--chats 20] [--frozen 13] [--redis]
 * `--frozen`: seconds, longer than a lease and two sweeps. `--within`: so many more rounds in which it is frozen in the middle of a
 * transaction and keeps its chats' rows locked; for MySQL 0, which cannot end such a transaction.
 */
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

const options = readOptions({ rounds: 10, chats: 20, frozen: 13, redis: false, within: 5 });
const SPEAKS_WITHIN_MS = 15_000;
const CLAIM_WITHIN_MS = 30_000;
const TOLD_WITHIN_MS = 20_000;
/** So long a thawed instance is given to write what it must not. */
const THAWED_MS = 3_000;

const fake = new FakeProvider({ journalSize: 2000 });
await fake.start();
const database = await freshMariaDb('frozen');
const connection = await createConnection(database.url);
const redisUrl = options.redis ? (process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/7') : '';
const start = () => BatonServer.start({ providerUrl: fake.baseUrl, databaseUrl: database.url, redisUrl });
const [frozen, other] = [await start(), await start()];
const [frozenClient, otherClient] = [frozen, other].map(clientFor);
const [agent] = await createAgents([other], ['Ada']);
const faults = [];
let sums;

const rows = [];
if (options.rounds > 0) rows.push(await runRounds(options.rounds, false));
if (options.within > 0) rows.push(await runRounds(options.within, true));
printTable(rows);
await Promise.all([frozenClient, otherClient, agent.clients[0]].map((client) => client.destroy()));
await frozen.dispose();
await other.dispose();
await connection.end();
await database.drop();
await fake.stop();
conclude(faults);

async function runRounds(rounds, within) {
  sums = { claims: 0, sealed: 0, written: 0, talkOvers: 0, readersTold: 0, readers: 0, claimMs: [], abortMs: [] };
  for (let round = 1; round <= rounds; round++) await runRound(round, within);
  const { claimMs, abortMs } = sums;
  return {
    frozen: within ? 'within a transaction' : 'at any moment',
    rounds,
    redis: options.redis,
    'claimed while frozen': sums.claims,
    'sealed by the other': sums.sealed,
    'claim ms p50/p99/max': [0.5, 0.99, 1].map((share) => percentile(claimMs, share).toFixed(0)).join(' / '),
    'written after the thaw': sums.written,
    'talk-overs': sums.talkOvers,
    'readers told': `${sums.readersTold} of ${sums.readers}`,
    'abort after the thaw ms p50/max': [0.5, 1].map((share) => percentile(abortMs, share).toFixed(0)).join(' / '),
  };
}

async function runRound(round, within) {
  const chatIds = await createChats(otherClient, options.chats);
  const here = chatIds.map((chatId) => new TakeoverWatcher(frozenClient, chatId));
  const there = chatIds.map((chatId) => new TakeoverWatcher(otherClient, chatId));
  const messages = chatIds.map((chatId) => `Round ${round} of ${chatId} [[tokens=2000 delay=20]]`);
  const answers = chatIds.map((chatId, index) =>
    frozenClient
      .request('POST', `/api/chats/${chatId}/completions`, { userMessage: messages[index] })
      .catch(() => null),
  );
  const speaking = await Promise.all(here.map((each) => each.until(({ shown }) => shown.size > 0, SPEAKS_WITHIN_MS)));
  if (speaking.includes(false)) faults.push(`round ${round}: a chat did not begin to stream`);
  await delay(between(0, 1000));
  await freeze(within);
  const frozenAt = performance.now();
  const isClaimed = (index) => index % 2 === 0;
  await Promise.all(chatIds.filter((_, index) => isClaimed(index)).map(claim));
  await delay(Math.max(0, options.frozen * 1000 - (performance.now() - frozenAt)));
  const before = await Promise.all(chatIds.map((chatId) => readLog(otherClient, chatId)));
  const thawedAt = wallClock();
  process.kill(frozen.process.pid, 'SIGCONT');
  await delay(THAWED_MS);
  const after = await Promise.all(chatIds.map((chatId) => readLog(otherClient, chatId)));
  chatIds.forEach((chatId, index) => checkChat(chatId, messages[index], before[index], after[index], isClaimed(index)));
  for (const each of here) await checkReader(each, after[chatIds.indexOf(each.chatId)].length);
  for (const each of [...here, ...there]) {
    sums.talkOvers += each.talkOvers.length;
    faults.push(...each.talkOvers, ...each.faults);
    each.close();
  }
  await Promise.all(answers);
  const aborts = fake.journal.aborts.filter(({ userMessage }) => messages.includes(userMessage));
  if (aborts.length < chatIds.length) faults.push(`round ${round}: ${chatIds.length - aborts.length} calls go on`);
  sums.abortMs.push(...aborts.map(({ at }) => at - thawedAt));
}

/** At once, or at a moment at which the instance is in the middle of a transaction and holds its locks. */
async function freeze(within) {
  for (;;) {
    process.kill(frozen.process.pid, 'SIGSTOP');
    if (!within || (await hasOpenTransaction())) return;
    process.kill(frozen.process.pid, 'SIGCONT');
    await delay(between(1, 10));
  }
}

async function hasOpenTransaction() {
  // The server refreshes innodb_trx only when it has not been read for a tenth of a second.
  await delay(150);
  const [[{ open }]] = await connection.query(
    `SELECT COUNT(*) AS open FROM information_schema.innodb_trx t
     JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
     WHERE p.db = ? AND p.command = 'Sleep' AND t.trx_rows_locked > 0`,
    [database.name],
  );
  return open > 0;
}

async function claim(chatId) {
  const sentAt = performance.now();
  const path = `/api/takeover/chats/${chatId}/claim`;
  const { status, body } = await agent.clients[0].request('POST', path, {});
  const elapsed = performance.now() - sentAt;
  sums.claimMs.push(elapsed);
  sums.claims++;
  if (status !== 200) faults.push(`${chatId}: the claim was answered ${status} ${JSON.stringify(body)}`);
  if (elapsed > CLAIM_WITHIN_MS) faults.push(`${chatId}: the claim took ${elapsed.toFixed(0)} ms`);
}

function checkChat(chatId, userMessage, before, after, isClaimed) {
  sums.written += after.length - before.length;
  for (const { seq, type } of after.slice(before.length))
    faults.push(`${chatId}: event ${seq} (${type}) after the thaw`);
  faults.push(...talkOversOfLog(chatId, after), ...faultsOfLog(after).map((fault) => `${chatId}: ${fault}`));
  const types = after.map(({ type }) => type).join(' ');
  const expected = `message.created turn.started message.completed turn.ended${isClaimed ? ' ownership.changed' : ''}`;
  if (types !== expected) faults.push(`${chatId}: the log is: ${types}`);
  else if (!isClaimed) sums.sealed++;
  const sealed = after.find(({ type }) => type === 'message.completed')?.data;
  if (sealed && !expectedText(userMessage).startsWith(sealed.text))
    faults.push(`${chatId}: text that does not come from the model`);
}

/** Who was connected to the frozen instance is told the rest. */
async function checkReader(reader, length) {
  sums.readers++;
  if (await reader.until(({ lastSeq }) => lastSeq === length, TOLD_WITHIN_MS)) sums.readersTold++;
  else faults.push(`${reader.chatId}: the reader stopped at ${reader.lastSeq} of ${length}`);
  for (const [messageId, { text }] of reader.completed)
    if (reader.shown.get(messageId) !== text) faults.push(`${reader.chatId}: shown and sealed text differ`);
}
