/**
 * Clients that drop at random moments and come back: with `Last-Event-ID` to the chat's events, and by repeating the POST with the
 * same `Idempotency-Key`. Every text must be the provider's, byte for byte, and the provider is called once a message. Runs on one
 * instance, and on two over MariaDB (without and with Redis) where every connection goes to the other instance.
 *   node test/faults/resume.mjs [--chats 40] [--turns 3] [--only sqlite|mariadb|two|redis]
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expectedText, FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { BatonServer, freshMariaDb } from '../support/server.mjs';
import { Reader } from './reader.mjs';
import { between, clientFor, conclude, createChats, faultsOfLog, printTable, readLog, readOptions } from './suite.mjs';
import { difference, Transcript } from './transcript.mjs';

const options = readOptions({ chats: 40, turns: 3, only: '' });
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/5';
const SETUPS = {
  sqlite: { instances: 1, isEmbedded: true, redisUrl: '' },
  mariadb: { instances: 1, isEmbedded: false, redisUrl: '' },
  two: { instances: 2, isEmbedded: false, redisUrl: '' },
  redis: { instances: 2, isEmbedded: false, redisUrl: REDIS_URL },
};
const CATCH_UP_MS = 30_000;
const faults = [];
const rows = [];

for (const [name, setup] of Object.entries(SETUPS)) {
  if (options.only === '' || options.only === name) await runSetup(name, setup);
}
printTable(rows);
conclude(faults);

async function runSetup(name, { instances, isEmbedded, redisUrl }) {
  const fake = new FakeProvider({ journalSize: 100_000 });
  await fake.start();
  const database = isEmbedded ? null : await freshMariaDb('resume');
  const start = () =>
    BatonServer.start({ providerUrl: fake.baseUrl, databaseUrl: database?.url, redisUrl, env: { LOG_LEVEL: 'error' } });
  const servers = [];
  for (let index = 0; index < instances; index++) servers.push(await start());
  const clients = servers.map(clientFor);
  /** @type {{ clients: object[], drops: number, repeats: number, characters: number, faults: string[] }} */
  const run = { clients, drops: 0, repeats: 0, characters: 0, faults: [] };
  const chatIds = await createChats(clients[0], options.chats);
  const startedAt = performance.now();
  await Promise.all(chatIds.map((chatId, index) => (index % 2 === 0 ? followAndDrop : repeatAndDrop)(run, chatId)));
  const seconds = (performance.now() - startedAt) / 1000;
  const turns = options.chats * options.turns;
  const calls = fake.journal.requests.map(({ userMessage }) => userMessage).filter((text) => text.startsWith('Turn '));
  if (calls.length !== turns) run.faults.push(`the provider was called ${calls.length} times for ${turns} messages`);
  if (new Set(calls).size !== calls.length) run.faults.push('the provider was asked the same thing twice');
  for (const client of clients) await client.destroy();
  for (const server of servers) await server.dispose();
  await database?.drop();
  await fake.stop();
  faults.push(...run.faults.map((fault) => `${name}: ${fault}`));
  rows.push({
    setup: name,
    instances,
    turns,
    'provider calls': calls.length,
    'connections dropped': run.drops,
    'POSTs repeated': run.repeats,
    'characters compared': run.characters,
    broken: run.faults.length,
    seconds: seconds.toFixed(1),
  });
}

function messageFor(chatId, turn) {
  return `Turn ${turn} of ${chatId} [[tokens=${Math.round(between(20, 120))} delay=15]]`;
}

/** Every call gives the next instance's client. */
function rotation({ clients }) {
  let next = Math.floor(Math.random() * clients.length);
  return () => clients[next++ % clients.length];
}

/** The reader's connection breaks and comes back all the time, while turns run one after the other. */
async function followAndDrop(run, chatId) {
  const pick = rotation(run);
  const reader = new Reader(pick, chatId);
  const done = new AbortController();
  const dropping = (async () => {
    while (!done.signal.aborted) {
      await delay(between(10, 500));
      reader.drop();
      run.drops++;
    }
  })();
  const messages = Array.from({ length: options.turns }, (_, turn) => messageFor(chatId, turn));
  for (const userMessage of messages) {
    const { status, body } = await pick().request('POST', `/api/chats/${chatId}/completions`, { userMessage });
    if (status !== 200) run.faults.push(`${chatId}: ${status} ${JSON.stringify(body)}`);
    // Now and then readers catch up before the next message, and now and then they have to read two turns at once.
    if (Math.random() < 0.7) await reader.until(({ lastSeq }) => lastSeq % 4 === 0, CATCH_UP_MS);
  }
  done.abort();
  await dropping;
  const log = await readLog(pick(), chatId);
  const caughtUp = await reader.until(({ lastSeq }) => lastSeq === log.length, CATCH_UP_MS);
  if (!caughtUp) run.faults.push(`${chatId}: the reader stopped at ${reader.transcript.lastSeq} of ${log.length}`);
  await reader.stop();
  checkTexts(run, chatId, log, messages, reader.transcript);
}

/** The caller's connection breaks; the same POST again, with the same key, goes on where it broke or restarts the answer. */
async function repeatAndDrop(run, chatId) {
  const pick = rotation(run);
  const transcript = new Transcript();
  const messages = Array.from({ length: options.turns }, (_, turn) => messageFor(chatId, turn));
  for (const userMessage of messages) await repeatUntilEnded(run, chatId, pick, transcript, userMessage);
  checkTexts(run, chatId, await readLog(pick(), chatId), messages, transcript);
}

async function repeatUntilEnded(run, chatId, pick, transcript, userMessage) {
  const path = `/api/chats/${chatId}/completions`;
  const headers = { 'idempotency-key': randomUUID() };
  const endedBefore = transcript.ended.size;
  const take = (item) => transcript.accept(item);
  // Both arrive at once: one begins the turn, the other attaches to it.
  const twin = pick().request('POST', path, { userMessage }, headers);
  await delay(between(0, 30));
  let attempts = 0;
  for (; transcript.ended.size === endedBefore; attempts++) {
    if (attempts > 200) return run.faults.push(`${chatId}: no end after ${attempts} attempts`);
    const resume = attempts > 0 && transcript.lastId !== null ? { 'last-event-id': transcript.lastId } : {};
    const stream = pick().stream('POST', path, { userMessage }, { ...headers, ...resume }, take);
    const timer = setTimeout(() => stream.close(), between(5, 600));
    const outcome = await stream.ended;
    clearTimeout(timer);
    if (outcome === 'closed') run.drops++;
    if (outcome === 'refused') run.faults.push(`${chatId}: ${stream.status} ${stream.refusal}`);
  }
  run.repeats += attempts;
  const expected = expectedText(userMessage);
  const afterwards = await pick().request('POST', path, { userMessage }, headers);
  for (const { status, body } of [await twin, afterwards]) {
    if (status !== 200 || body.assistantMessage !== expected)
      run.faults.push(`${chatId}: a repeated request answered ${status} ${JSON.stringify(body)}`);
  }
  return undefined;
}

function checkTexts(run, chatId, log, messages, transcript) {
  const texts = log.filter(({ type }) => type === 'message.completed').map(({ data }) => data);
  if (texts.length !== messages.length) run.faults.push(`${chatId}: ${texts.length} answers to ${messages.length}`);
  texts.forEach(({ messageId, text }, index) => {
    const expected = expectedText(messages[index]);
    if (text !== expected) run.faults.push(`${chatId}: stored ${difference(text, expected)}`);
    const shown = transcript.completed.get(messageId)?.data.text ?? '';
    if (shown !== expected) run.faults.push(`${chatId}: completed ${difference(shown, expected)}`);
    run.characters += (transcript.shown.get(messageId) ?? '').length;
  });
  run.faults.push(...[...faultsOfLog(log), ...transcript.violations].map((fault) => `${chatId}: ${fault}`));
}
