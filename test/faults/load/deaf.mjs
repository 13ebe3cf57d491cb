/**
 * Readers that open streams and sockets and never read, beside customers who do. What the server keeps for each deaf reader is bounded,
 * the others hardly notice, and a reader that comes to life again resumes where it was.
 *   node test/faults/load/deaf.mjs [--deaf 500] [--seconds 60] [--customers 10] [--db sqlite|mariadb]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { ADMIN_KEY, BatonServer } from '../../support/server.mjs';
import {
  clientFor,
  conclude,
  createChats,
  megabytes,
  percentile,
  printTable,
  readLog,
  readOptions,
  startSurroundings,
  TELLS_MEMORY,
} from '../suite.mjs';
import { Transcript } from '../transcript.mjs';

const options = readOptions({ deaf: 500, seconds: 60, customers: 10, db: 'sqlite' });
/** Chats that say more than the operating system keeps for a reader, and this many times in the given time. */
const LOUD_CHATS = 10;
const ROUNDS = 10;
const LOUD = '[[big=400000 delay=10]]';
const SOCKETS_SHARE = 0.2;
const RESUMING = 20;
const BYTES_LIMIT = 1_048_576;
const SLOWDOWN_LIMIT = 2;
const PATIENCE_MS = 60_000;
const LET_GO_MS = 45_000;

const surroundings = await startSurroundings({ db: options.db, prefix: 'deaf', journalSize: 1 });
const server = await BatonServer.start({
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
  nodeArgs: TELLS_MEMORY,
});
const client = clientFor(server);
const faults = [];
let letGo = 0;

const quiet = await measure(await createChats(client, LOUD_CHATS));
const loud = await createChats(client, LOUD_CHATS);
const streams = [];
const sockets = [];
for (let index = 0; index < options.deaf; index++) {
  const chatId = loud[index % LOUD_CHATS];
  if (index < options.deaf * SOCKETS_SHARE) sockets.push(await openSocket(chatId));
  else streams.push(await openStream(chatId));
}
const deaf = await measure(loud);
await delay(LET_GO_MS);
const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
const stillOpen = Number(/^baton_streams_open (\d+)/m.exec(await metrics.text())[1]);
const afterwards = await memory();
await Promise.all(streams.slice(0, RESUMING).map(resume));

const perReader = (deaf.peak - quiet.peak) / options.deaf;
const slowdown = percentile(deaf.times, 0.99) / percentile(quiet.times, 0.99);
if (perReader > BYTES_LIMIT) faults.push(`${perReader.toFixed(0)} bytes for each deaf reader`);
if (slowdown > SLOWDOWN_LIMIT) faults.push(`the others' p99 became ${slowdown.toFixed(2)} times as long`);
if (letGo === 0) faults.push('no stream of a deaf reader was let go');
if (sockets.some(({ isOpen }) => isOpen)) faults.push('sockets of deaf readers are still open');
const times = ({ times: all }) => [0.5, 0.99].map((share) => percentile(all, share).toFixed(0)).join('/');
printTable([
  {
    'deaf readers': `${streams.length} streams, ${sockets.length} sockets`,
    'kB kept for each, at most': (perReader / 1000).toFixed(0),
    'MB in use without/with/afterwards': [quiet.peak, deaf.peak, afterwards].map(megabytes).join('/'),
    'answers of others ms p50/p99, without': times(quiet),
    with: times(deaf),
    'p99 times': slowdown.toFixed(2),
    'streams still open after 45 s': stillOpen,
    'resumed, of these let go before': `${RESUMING}/${letGo}`,
  },
]);
for (const { socket } of sockets) socket.close();
await client.destroy();
await server.dispose();
await surroundings.stop();
conclude(faults);

/** While some chats speak loudly: how long customers wait for short answers, and the most memory that is in use. */
async function measure(loudChats) {
  const over = new AbortController();
  const times = [];
  const customers = (await createChats(client, options.customers)).map(async (chatId) => {
    while (!over.signal.aborted) {
      const startedAt = performance.now();
      const { status } = await client.request('POST', `/api/chats/${chatId}/completions`, {
        userMessage: 'A short question [[tokens=10 delay=20]]',
      });
      if (status !== 200) faults.push(`a customer was answered ${status}`);
      times.push(performance.now() - startedAt);
      await delay(100);
    }
  });
  let peak = 0;
  const watching = (async () => {
    while (!over.signal.aborted) {
      peak = Math.max(peak, await memory());
      await delay(1000);
    }
  })();
  for (let round = 0; round < ROUNDS; round++) {
    const [{ status }] = await Promise.all([
      ...loudChats.map((chatId) =>
        client.request('POST', `/api/chats/${chatId}/completions`, { userMessage: `Much, ${round} ${LOUD}` }),
      ),
      delay((options.seconds * 1000) / ROUNDS),
    ]);
    if (status !== 200) faults.push(`a loud chat was answered ${status}`);
  }
  over.abort();
  await Promise.all([...customers, watching]);
  return { times, peak };
}

/** What is in use after garbage is collected, buffers included. */
async function memory() {
  server.process.output = '';
  process.kill(server.process.pid, 'SIGWINCH');
  const [, json] = await server.process.line(/^MEMORY (.*)$/m);
  const { heapUsed, external } = JSON.parse(json);
  return heapUsed + external;
}

async function openStream(chatId) {
  const transcript = new Transcript();
  const stream = client.stream('GET', `/api/chats/${chatId}/events`, undefined, {}, (item) => transcript.accept(item));
  const status = await stream.opened;
  if (status !== 200) faults.push(`a stream was answered ${status}`);
  stream.pause();
  return { chatId, stream, transcript };
}

async function openSocket(chatId) {
  const auth = { token: ADMIN_KEY };
  const socket = io(`${server.url}/takeover`, { transports: ['websocket'], forceNew: true, reconnection: false, auth });
  const reader = { socket, isOpen: true };
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  await socket.emitWithAck('watch', { chatId });
  const { _socket: tcp } = socket.io.engine.transport.ws;
  tcp.on('close', () => (reader.isOpen = false));
  tcp.pause();
  // Its end would never be noticed by who does not read.
  setTimeout(() => tcp.resume(), options.seconds * 1000 + LET_GO_MS / 2).unref();
  return reader;
}

/** Reads what has come, and then the rest over further connections. */
async function resume({ chatId, stream, transcript }) {
  stream.resume();
  // The system may have kept everything for a reader: then its stream goes on.
  await Promise.race([stream.ended, delay(PATIENCE_MS)]);
  if (stream.outcome !== 'open') letGo++;
  stream.close();
  const log = await readLog(client, chatId);
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (transcript.lastSeq < log.length && performance.now() < giveUpAt) {
    const headers = transcript.lastId === null ? {} : { 'last-event-id': transcript.lastId };
    const accept = (item) => transcript.accept(item);
    const rest = client.stream('GET', `/api/chats/${chatId}/events`, undefined, headers, accept);
    while (rest.outcome === 'open' && transcript.lastSeq < log.length && performance.now() < giveUpAt) await delay(20);
    rest.close();
  }
  if (transcript.lastSeq < log.length) faults.push(`${chatId}: resumed to ${transcript.lastSeq} of ${log.length}`);
  faults.push(...transcript.violations);
}
