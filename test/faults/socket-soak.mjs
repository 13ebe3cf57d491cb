/**
 * Many idle sockets of agents and customers at one instance: memory for each, and how long an event takes to reach a hundred agents.
 *   node test/faults/socket-soak.mjs [--sockets 2000] [--watching 100] [--events 300] [--db sqlite|mariadb]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { BatonServer } from '../support/server.mjs';
import {
  clientFor,
  conclude,
  createChats,
  percentile,
  printTable,
  readOptions,
  settledMemory,
  startSurroundings,
  TELLS_MEMORY,
} from './suite.mjs';
import { createAgents } from './takeover-watcher.mjs';

const options = readOptions({ sockets: 2000, watching: 100, events: 300, db: 'sqlite' });
const ACCOUNTS = 50;
const AT_A_TIME = 25;
const ARRIVES_WITHIN_MS = 10_000;
const GOAL_KILOBYTES = 15;
const GOAL_FAN_OUT_MS = 20;

const faults = [];
const surroundings = await startSurroundings({ db: options.db, prefix: 'socketsoak', journalSize: 1 });
const { fake, databaseUrl } = surroundings;
const server = await BatonServer.start({ providerUrl: fake.baseUrl, databaseUrl, nodeArgs: TELLS_MEMORY });
const client = clientFor(server);
const agents = await createAgents(
  [server],
  Array.from({ length: ACCOUNTS }, (_, index) => `Agent${index}`),
);
const anonymous = await createAnonymousChats(options.sockets / 2);

// Code is compiled and pools are filled by sockets that are gone again before anything is measured.
const warm = await openAll(200);
for (const socket of warm) socket.close();
const before = await settledMemory(server);
const sockets = await openAll(options.sockets);
const after = await settledMemory(server);
const perSocket = (kind) => (after[kind] - before[kind]) / sockets.length / 1000;
const watchers = sockets.filter(({ isAgent }) => isAgent).slice(0, options.watching);
const { spread, sinceAck } = await measureFanOut(watchers);
const stillOpen = sockets.filter(({ connected }) => connected).length;
if (stillOpen !== sockets.length) faults.push(`${sockets.length - stillOpen} sockets were lost`);
printTable([
  {
    database: options.db,
    'sockets (half agents)': sockets.length,
    'MB before': (before.rss / 1e6).toFixed(0),
    'MB after': (after.rss / 1e6).toFixed(0),
    'kB a socket': `${perSocket('rss').toFixed(1)} (goal ${GOAL_KILOBYTES})`,
    'of it heap': perSocket('heapUsed').toFixed(1),
    'agents watching': watchers.length,
    events: options.events,
    'first to last agent ms p50/p99': both(spread),
    'ack to each agent ms p50/p99': `${both(sinceAck)} (goal p99 ${GOAL_FAN_OUT_MS})`,
  },
]);
for (const socket of sockets) socket.close();
for (const agent of agents) await agent.clients[0].destroy();
await client.destroy();
await server.dispose();
await surroundings.stop();
conclude(faults);

async function createAnonymousChats(count) {
  const chats = Array.from({ length: count }, async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ botCode: 'welcome' });
    const answer = await fetch(`${server.url}/api/chats/create/bybotcode`, { method: 'POST', headers, body });
    return (await answer.json()).chatId;
  });
  return Promise.all(chats);
}

/** Half of them agents of a few accounts, the other half customers who follow their chats. */
async function openAll(count) {
  const opened = [];
  for (let from = 0; from < count; from += AT_A_TIME) {
    const batch = Array.from({ length: Math.min(AT_A_TIME, count - from) }, (_, index) => openOne(from + index));
    opened.push(...(await Promise.all(batch)));
  }
  return opened;
}

async function openOne(index) {
  const isAgent = index % 2 === 0;
  const chatId = anonymous[Math.floor(index / 2) % anonymous.length];
  const auth = isAgent ? { token: agents[(index / 2) % agents.length].key } : { chatId };
  const socket = io(`${server.url}/takeover`, { transports: ['websocket'], forceNew: true, reconnection: false, auth });
  socket.isAgent = isAgent;
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  if (!isAgent) await acknowledged(socket, 'watch', { chatId });
  return socket;
}

async function acknowledged(socket, command, payload) {
  for (;;) {
    const answer = await socket.timeout(ARRIVES_WITHIN_MS).emitWithAck(command, payload);
    if (answer.ok) return answer.data;
    if (answer.problem.code !== 'RATE_LIMITED') throw new Error(`${command}: ${JSON.stringify(answer.problem)}`);
    await delay(1000);
  }
}

/** One agent writes notes into a chat that all of them watch. */
async function measureFanOut(watching) {
  const [chatId] = await createChats(client, 1);
  for (const socket of watching) await acknowledged(socket, 'watch', { chatId });
  const path = `/api/takeover/chats/${chatId}/notes`;
  const figures = { spread: [], sinceAck: [] };
  for (let number = 1; number <= options.events; number++) {
    const arrivals = watching.map(
      (socket) =>
        new Promise((resolve) => {
          const hear = ({ data }) => {
            if (data.text !== `note ${number}`) return;
            socket.off('event', hear);
            resolve(performance.now());
          };
          socket.on('event', hear);
        }),
    );
    await agents[0].clients[0].call('POST', path, { text: `note ${number}` });
    const acknowledgedAt = performance.now();
    const times = await Promise.race([Promise.all(arrivals), delay(ARRIVES_WITHIN_MS, null)]);
    if (times === null) {
      faults.push(`note ${number} did not reach every agent`);
      continue;
    }
    figures.spread.push(Math.max(...times) - Math.min(...times));
    figures.sinceAck.push(...times.map((at) => Math.max(0, at - acknowledgedAt)));
    await delay(20);
  }
  return figures;
}

function both(values) {
  return [0.5, 0.99].map((share) => percentile(values, share).toFixed(1)).join(' / ');
}
