/**
 * Mixed load for an hour, at a low rate, with a fault every half minute: the database and Redis are cut and frozen, the other instance
 * is killed, readers drop and do not read, requests are broken. Of the instance that lives through all of it, memory and descriptors at
 * the end are compared with those after the first minutes.
 *   node test/faults/load/hour.mjs [--minutes 60] [--chats 12] [--pause 2000]
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import { BatonServer } from '../../support/server.mjs';
import { TcpLine } from '../../support/tcp-line.mjs';
import { Reader } from '../reader.mjs';
import {
  between,
  clientFor,
  conclude,
  createChats,
  faultsOfLog,
  megabytes,
  printTable,
  readLogAtRest,
  readOptions,
  settledMemory,
  startSurroundings,
  TELLS_MEMORY,
} from '../suite.mjs';

const options = readOptions({ minutes: 60, chats: 12, pause: 2000 });
const TURNS_OF_A_CHAT = 8;
const FAULT_EVERY_MS = 30_000;
const PATIENCE_MS = 60_000;
const GROWTH_LIMIT = 0.1;
const DESCRIPTORS_LIMIT = 10;

const surroundings = await startSurroundings({ db: 'mariadb', prefix: 'hour', journalSize: 1 });
const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/8';
const [database, redis] = [await TcpLine.open(surroundings.databaseUrl), await TcpLine.open(redisUrl)];
const shared = {
  providerUrl: surroundings.fake.baseUrl,
  env: { REDIS_PREFIX: randomUUID(), CONTEXT_TOKEN_BUDGET: '1000' },
};
const lasting = await BatonServer.start({
  ...shared,
  databaseUrl: database.url,
  redisUrl: redis.url,
  nodeArgs: TELLS_MEMORY,
});
const mortal = await BatonServer.start({ ...shared, databaseUrl: surroundings.databaseUrl, redisUrl });
const clients = [lasting, mortal].map(clientFor);
const [near, far] = clients;
const faults = [];
const sums = { turns: 0, refused: 0, characters: 0, chats: 0, takeovers: 0, staged: 0 };

/** Each staged fault ends by itself. */
const FAULTS = [
  async () => {
    redis.freeze();
    await delay(5000);
    redis.thaw();
  },
  async () => {
    redis.sever();
    await delay(5000);
    redis.mend();
  },
  async () => {
    database.freeze();
    await delay(5000);
    database.thaw();
  },
  async () => {
    database.sever();
    await delay(5000);
    database.mend();
  },
  async () => {
    await mortal.kill();
    await delay(2000);
    await mortal.start();
  },
  () => Promise.all(Array.from({ length: 20 }, breakRequest)),
];

const endsAt = performance.now() + options.minutes * 60_000;
const isOver = () => performance.now() > endsAt;
const firstAt = Math.min(5, options.minutes / 4) * 60_000;
const looks = [];
const rest = { isOn: false };
const busy = new Set();

const customers = Array.from({ length: options.chats }, (_, index) => beCustomer(index));
const staging = stageFaults();
await delay(firstAt);
await look();
while (!isOver()) {
  await delay(Math.min(600_000, Math.max(1000, endsAt - performance.now())));
  if (!isOver()) await look();
}
await Promise.all([...customers, staging]);
await look();

const [first, last] = [looks[0], looks.at(-1)];
const growth = (last.used - first.used) / first.used;
if (growth > GROWTH_LIMIT) faults.push(`memory grew by ${(growth * 100).toFixed(1)} %`);
if (last.descriptors > first.descriptors + DESCRIPTORS_LIMIT)
  faults.push(`${first.descriptors} descriptors became ${last.descriptors}`);
printTable([
  {
    minutes: options.minutes,
    ...sums,
    'MB in use': looks.map(({ used }) => megabytes(used)).join(' / '),
    growth: `${(growth * 100).toFixed(1)} %`,
    'MB resident': looks.map(({ rss }) => megabytes(rss)).join(' / '),
    descriptors: looks.map(({ descriptors }) => descriptors).join(' / '),
  },
]);
for (const client of clients) await client.destroy();
await lasting.dispose();
await mortal.dispose();
for (const line of [database, redis]) line.cut();
await surroundings.stop();
conclude(faults);

/** Has chats, one after the other, each followed by a reader who drops now and then and comes back to another instance. */
async function beCustomer(index) {
  await delay(between(0, options.pause));
  while (!isOver())
    await haveChat(index)
      .catch((error) => faults.push(error.stack))
      .finally(() => busy.delete(index));
}

async function haveChat(index) {
  const [chatId] = await again(() => createChats(near, 1));
  let turn = 0;
  const reader = new Reader(() => clients[turn++ % 2], chatId);
  const said = [];
  for (let number = 0; number < TURNS_OF_A_CHAT && !isOver(); number++) {
    await delay(between(0.5, 1.5) * options.pause);
    await resting();
    busy.add(index);
    const message = `Chat ${index}, message ${number} of ${chatId} [[tokens=${Math.round(between(10, 60))} delay=20]]`;
    const headers = { 'idempotency-key': randomUUID() };
    const path = `/api/chats/${chatId}/completions`;
    const answer = await again(
      () => clients[number % 2].request('POST', path, { userMessage: message }, headers),
      isDone,
    );
    if (answer.status !== 200) faults.push(`${chatId}: ${answer.status} ${JSON.stringify(answer.body)}`);
    said.push({ message, answer });
    sums.turns++;
    if (number % 3 === 1) reader.drop();
    if (number === 4) await takeOver(chatId);
    busy.delete(index);
  }
  await checkChat(chatId, said, reader);
  await reader.stop();
  await again(() => near.call('DELETE', `/api/chats/${chatId}`));
  sums.chats++;
}

async function takeOver(chatId) {
  const act = (action, body = {}) =>
    again(() =>
      far.request('POST', `/api/takeover/chats/${chatId}/${action}`, body, { 'idempotency-key': randomUUID() }),
    );
  await act('claim');
  await act('messages', { text: 'A person here.' });
  await act('release', { to: 'bot' });
  sums.takeovers++;
}

async function checkChat(chatId, said, reader) {
  const log = await again(() => readLogAtRest(near, chatId));
  faults.push(...faultsOfLog(log).map((fault) => `${chatId}: ${fault}`));
  const customers = log.filter(({ type, data }) => type === 'message.created' && data.author === 'customer');
  const answers = log.filter(({ type }) => type === 'message.completed');
  if (customers.length !== said.length) faults.push(`${chatId}: ${customers.length} messages of ${said.length}`);
  for (const { message, answer } of said) {
    const stored = customers.find(({ data }) => data.text === message);
    const text = answers.find(({ data }) => data.turnId === stored?.data.turnId)?.data.text;
    if (text === undefined || !expectedText(message).startsWith(text))
      faults.push(`${chatId}: another answer to ${message}`);
    else if (answer.status === 200 && answer.body.assistantMessage !== text)
      faults.push(`${chatId}: another text was stored`);
    sums.characters += text?.length ?? 0;
  }
  if (!(await reader.until(({ lastSeq }) => lastSeq >= log.length, PATIENCE_MS)))
    faults.push(`${chatId}: the reader stopped at ${reader.transcript.lastSeq} of ${log.length}`);
  // A reader whose log cannot be read is told so, and comes back.
  const violations = reader.transcript.violations.filter((fault) => !/"status":503/.test(fault));
  faults.push(...violations.map((fault) => `${chatId}: ${fault}`));
}

/** A refusal is honest when the same may be tried again; the outcome of a turn that died with its instance is an answer. */
function isDone({ status, body }) {
  return status < 500 ? status !== 409 && status !== 408 : body?.code === 'TURN_INTERRUPTED';
}

/** Repeats what a staged fault has made fail. */
async function again(work, isGood = () => true) {
  for (const giveUpAt = performance.now() + PATIENCE_MS; ;) {
    const answer = await work().catch((error) => ({ status: 0, error }));
    if (answer.status !== 0 && isGood(answer)) return answer;
    sums.refused++;
    if (performance.now() > giveUpAt) throw new Error(`in vain: ${answer.status} ${answer.error?.stack ?? ''}`);
    await delay(500);
  }
}

async function stageFaults() {
  for (let number = 0; !isOver(); number++) {
    await delay(Math.min(FAULT_EVERY_MS, options.minutes * 5000));
    await resting();
    busy.add('faults');
    await FAULTS[number % FAULTS.length]();
    sums.staged++;
    busy.delete('faults');
  }
}

/** What no client means to send, a stream that no client reads, and a connection that is dropped in the middle. */
async function breakRequest(_, index) {
  const socket = connect(lasting.port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  const requests = [
    'GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    'POST /api/chats HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"',
    'POST /api/chats HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{"a":',
    'nonsense\r\n\r\n',
  ];
  socket.pause();
  socket.write(requests[index % requests.length]);
  await delay(between(0, 5000));
  socket.destroy();
}

async function resting() {
  while (rest.isOn) await delay(100);
}

/** Everyone pauses meanwhile; the readers stay. */
async function look() {
  rest.isOn = true;
  while (busy.size > 0) await delay(100);
  const { heapUsed, external, rss } = await settledMemory(lasting);
  const descriptors = readdirSync(`/proc/${lasting.process.pid}/fd`).length;
  looks.push({ used: heapUsed + external, rss, descriptors });
  console.log(`${looks.length}: ${JSON.stringify({ ...looks.at(-1), ...sums, faults: faults.length })}`);
  rest.isOn = false;
}
