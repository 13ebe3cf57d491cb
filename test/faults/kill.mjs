/**
 * kill -9 while chats stream, at a random moment or in a named place of the code, again and again on the same data. After each restart no acknowledged message and no
 * text that a client saw may be missing, every turn must come to its end within 15 s, and every chat must go on.
 *   node test/faults/kill.mjs [--db sqlite|mariadb] [--rounds 50] [--chats 50] [--failpoints all|name,…]
 * With `--failpoints` so many rounds at each of them; agents take chats over and give them back meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expectedText } from '../support/fake-provider/fake-provider.mjs';
import { BatonServer } from '../support/server.mjs';
import { FAILPOINTS, Failpoints, passesOf } from './failpoints/failpoints.mjs';
import { Reader } from './reader.mjs';
import {
  between,
  clientFor,
  conclude,
  createChats,
  faultsOfLog,
  printTable,
  readLog,
  readOptions,
  startSurroundings,
} from './suite.mjs';
import { difference, Transcript } from './transcript.mjs';

const RECOVERY_LIMIT_MS = 15_000;
/** Every third answer is late, so that kills also meet turns of which nothing was shown: those are restarted. */
const directivesFor = (index) => `[[tokens=60 delay=20 ttft=${index % 3 === 2 ? 900 : 20}]]`;
const KILL_BETWEEN_MS = [5, 1500];

const STRIKES_WITHIN_MS = 20_000;

const options = readOptions({ db: 'sqlite', rounds: 50, chats: 50, failpoints: '' });
const named = options.failpoints === 'all' ? FAILPOINTS : options.failpoints.split(',').filter((name) => name !== '');
const failpoints = named.length === 0 ? null : new Failpoints();
const surroundings = await startSurroundings({ db: options.db, prefix: 'kill', journalSize: 1 });
const server = await BatonServer.start({
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
  ...failpoints?.serverOptions,
});
let client = clientFor(server);
const faults = [];
const sums = { kills: 0, acknowledged: 0, missing: 0, shown: 0, lost: 0, slowest: 0, reconnections: 0 };
const endings = { completed: 0, interrupted: 0, failed: 0 };

const chatIds = await createChats(client, options.chats);
const readers = chatIds.map((chatId) => new Reader(() => client, chatId));
/** How many events of each chat were checked and belong to turns that are over. */
const checked = new Map(chatIds.map((chatId) => [chatId, 0]));

/** When the server died last. */
let diedAt = 0;
const places = failpoints === null ? [null] : named;
for (const [index, place] of places.entries()) {
  for (let round = 1; round <= options.rounds; round++) {
    await runRound(index * options.rounds + round, place);
    if (round % 10 === 0 || round === options.rounds)
      console.log(`${place ?? 'at random'}, round ${round}: ${JSON.stringify(sums)}`);
  }
}
for (const reader of readers) {
  const log = await readLog(client, reader.chatId);
  faults.push(...[...faultsOfLog(log), ...reader.transcript.violations].map((fault) => `${reader.chatId}: ${fault}`));
  await reader.stop();
}
printTable([
  {
    database: options.db,
    rounds: options.rounds,
    kills: sums.kills,
    'acknowledged messages': sums.acknowledged,
    'missing messages': sums.missing,
    'characters shown': sums.shown,
    'characters lost': sums.lost,
    'turns completed/interrupted/failed': Object.values(endings).join('/'),
    'reconnections of followers': sums.reconnections,
    'slowest recovery s': (sums.slowest / 1000).toFixed(1),
  },
]);
await client.destroy();
await server.dispose();
await surroundings.stop();
failpoints?.dispose();
conclude(faults);

async function runRound(round, place) {
  const before = client;
  const over = new AbortController();
  const agents = place === null ? [] : [takeOverAndOver(before, over.signal), openChats(before, over.signal)];
  // Recovery is what follows a death: the server dies again while it gets over the first one.
  if (place !== null && !place.startsWith('recover')) failpoints.arm(place, passesOf(place));
  const asked = chatIds.flatMap((chatId, index) => askWhileDying(chatId, `Round ${round}, chat ${index}`, index));
  await die(place);
  over.abort();
  await Promise.all([...asked.map((question) => question.over), ...agents]);
  client = clientFor(server);
  const connections = readers.reduce((sum, reader) => sum + reader.connections, 0);
  await startAgain(place);
  const logs = await untilEveryTurnEnded();
  for (const question of asked) checkQuestion(question, logs.get(question.chatId));
  await Promise.all(readers.map((reader) => checkReader(reader, logs.get(reader.chatId))));
  await Promise.all(chatIds.map((chatId, index) => goOn(chatId, `After round ${round}, chat ${index} [[tokens=3]]`)));
  sums.reconnections += readers.reduce((sum, reader) => sum + reader.connections, 0) - connections;
  await before.destroy();
}

async function die(place) {
  if (place === null || place.startsWith('recover')) {
    await delay(between(...KILL_BETWEEN_MS));
    await server.kill();
  } else if (!(await failpoints.hasStruck(server, STRIKES_WITHIN_MS))) {
    faults.push(`${place} was never reached`);
    await server.kill();
  }
  failpoints?.disarm();
  noteDeath();
}

function noteDeath() {
  sums.kills++;
  diedAt = performance.now();
}

async function startAgain(place) {
  if (place?.startsWith('recover')) {
    failpoints.arm(place, 1);
    // What recovers no turn, because each had ended, starts as it is.
    const hasStarted = await server.start().then(
      () => true,
      () => false,
    );
    if (hasStarted) await failpoints.hasStruck(server, RECOVERY_LIMIT_MS);
    failpoints.disarm();
    if (!server.process.hasExited) return;
    noteDeath();
  }
  await server.start();
}

/** Agents take chats without questions over, say something and give them back. */
async function takeOverAndOver(client, signal) {
  const chatIds = await createChats(client, 3).catch(() => []);
  const act = (chatId, action, body) => client.call('POST', `/api/takeover/chats/${chatId}/${action}`, body);
  await Promise.all(
    chatIds.map(async (chatId) => {
      while (!signal.aborted) {
        await act(chatId, 'claim');
        const key = { 'idempotency-key': randomUUID() };
        await client.call('POST', `/api/takeover/chats/${chatId}/messages`, { text: 'A person here.' }, key);
        await act(chatId, 'release', { to: 'bot' });
        await delay(50);
      }
    }),
  ).catch(() => undefined);
}

async function openChats(client, signal) {
  while (!signal.aborted) {
    if ((await createChats(client, 1).catch(() => null)) === null) return;
    await delay(100);
  }
}

/** Three in five callers stream, one wants the answer whole, one says a second thing while the bot still speaks. */
function askWhileDying(chatId, words, index) {
  const path = `/api/chats/${chatId}/completions`;
  const streamed = (userMessage) => {
    const transcript = new Transcript(Number.NaN);
    const seen = { chatId, userMessage, created: null, messageId: null, shown: '', answer: null };
    const stream = client.stream('POST', path, { userMessage }, {}, ({ event, data }) => {
      const item = JSON.parse(data);
      if (event === 'message.created') seen.created = item.data.messageId;
      if (event !== 'message.delta') return;
      if (item.offset !== seen.shown.length) transcript.fault(`${chatId}: a delta at ${item.offset}`);
      seen.messageId = item.messageId;
      seen.shown += item.text;
    });
    seen.over = stream.ended.then(() => faults.push(...transcript.violations));
    return seen;
  };
  const whole = (userMessage) => {
    const seen = { chatId, userMessage, created: null, messageId: null, shown: '', answer: null };
    seen.over = client.request('POST', path, { userMessage }).then(
      ({ status, body }) => (seen.answer = status === 200 ? body : null),
      () => undefined,
    );
    return seen;
  };
  if (index % 5 === 3) return [whole(`${words} ${directivesFor(index)}`)];
  const first = streamed(`${words} ${directivesFor(index)}`);
  return index % 5 === 4 ? [first, streamed(`${words}, and another thing [[tokens=20 delay=20]]`)] : [first];
}

async function untilEveryTurnEnded() {
  const logs = new Map();
  let pending = chatIds;
  while (pending.length > 0) {
    const read = await Promise.all(
      pending.map(async (chatId) => [chatId, await readLog(client, chatId, checked.get(chatId))]),
    );
    for (const [chatId, log] of read) logs.set(chatId, log);
    pending = pending.filter((chatId) => unendedTurns(logs.get(chatId)).length > 0);
    const elapsed = performance.now() - diedAt;
    if (pending.length === 0) sums.slowest = Math.max(sums.slowest, elapsed);
    else if (elapsed > RECOVERY_LIMIT_MS * 2) break;
    else await delay(50);
  }
  if (performance.now() - diedAt > RECOVERY_LIMIT_MS) faults.push(`${pending.length} chats took more than 15 s`);
  return logs;
}

function unendedTurns(log) {
  const turns = new Set(log.filter(({ type }) => type === 'message.created').map(({ data }) => data.turnId));
  for (const { type, data } of log) if (type === 'turn.ended') turns.delete(data.turnId);
  return [...turns];
}

function checkQuestion({ chatId, userMessage, created, messageId, shown, answer }, log) {
  const stored = log.find(({ type, data }) => type === 'message.created' && data.text === userMessage);
  if (created !== null || answer !== null) {
    sums.acknowledged++;
    if (!stored || (created !== null && stored.data.messageId !== created)) {
      sums.missing++;
      faults.push(`${chatId}: an acknowledged message is missing: ${userMessage}`);
    }
  }
  if (!stored) return;
  const ofTurn = log.filter(({ data }) => data.turnId === stored.data.turnId);
  const final = ofTurn.find(({ type }) => type === 'message.completed')?.data;
  const { status } = ofTurn.find(({ type }) => type === 'turn.ended')?.data ?? {};
  endings[status]++;
  const text = final?.text ?? '';
  const expected = expectedText(userMessage);
  if (!expected.startsWith(text))
    faults.push(`${chatId}: text that does not come from the model: ${difference(text, expected)}`);
  if (status === 'completed' && text !== expected)
    faults.push(`${chatId}: completed, but ${difference(text, expected)}`);
  if (answer !== null && answer.assistantMessage !== text) faults.push(`${chatId}: the answer was another`);
  if (messageId !== null && final?.messageId !== messageId)
    faults.push(`${chatId}: shown message ${messageId} is gone`);
  countLost(chatId, shown, text);
}

function countLost(chatId, shown, text) {
  sums.shown += shown.length;
  if (text.startsWith(shown)) return;
  let common = 0;
  while (shown[common] === text[common]) common++;
  sums.lost += shown.length - common;
  faults.push(`${chatId}: shown text is missing: ${difference(shown, text)}`);
}

/** A reader that reconnects with `Last-Event-ID` ends with the stored text. */
async function checkReader(reader, log) {
  const { chatId } = reader;
  const end = checked.get(chatId) + log.length;
  if (!(await reader.until(({ lastSeq }) => lastSeq >= end, RECOVERY_LIMIT_MS)))
    faults.push(`${chatId}: the reader stopped at ${reader.transcript.lastSeq} of ${end}`);
  for (const { type, data } of log) {
    if (type !== 'message.completed') continue;
    const shown = reader.transcript.shown.get(data.messageId) ?? '';
    countLost(chatId, shown, data.text);
    const completed = reader.transcript.completed.get(data.messageId)?.data.text;
    if (completed !== data.text) faults.push(`${chatId}: the reader was told another text`);
  }
}

async function goOn(chatId, userMessage) {
  const { status, body } = await client.request('POST', `/api/chats/${chatId}/completions`, { userMessage });
  const isRight = status === 200 && body.assistantMessage === expectedText(userMessage);
  if (!isRight) faults.push(`${chatId} does not go on: ${status} ${JSON.stringify(body)}`);
  const log = await readLog(client, chatId, checked.get(chatId));
  checked.set(chatId, checked.get(chatId) + log.length);
}
