/**
 * An instance is killed (SIGKILL) while it holds the sockets of 100 agents, each watching chats that stream at both instances. The
 * agents reconnect, by the client of this project and through a balancer, to the other instance. In the end what each of them was
 * told must be the server's log: events without gaps and repetitions, and the deltas of every message add up to its text.
 *   npm run build && node test/faults/socket-reconnect.mjs [--agents 100] [--chats 40] [--watched 4] [--rounds 3] [--only polling|redis]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { BatonServer, freshMariaDb } from '../support/server.mjs';
import {
  clientFor,
  conclude,
  createChats,
  faultsOfLog,
  percentile,
  printTable,
  readLog,
  readOptions,
} from './suite.mjs';
import { SocketBalancer } from './socket-balancer.mjs';
import { AgentView } from './socket-view.mjs';
import { createAgents } from './takeover-watcher.mjs';

const options = readOptions({ agents: 100, chats: 40, watched: 4, rounds: 3, only: '' });
const SETUPS = { polling: '', redis: process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/8' };
const ACCOUNTS = 20;
const GOAL_MS = 3000;
const GOAL_SHARE = 0.95;
/** Leases of the dead instance's turns have run out by then, and readers have been told. */
const SETTLED_WITHIN_MS = 60_000;
const faults = [];
const rows = [];

for (const [name, redisUrl] of Object.entries(SETUPS)) {
  if (options.only === '' || options.only === name) await runSetup(name, redisUrl);
}
printTable(rows);
conclude(faults);

async function runSetup(name, redisUrl) {
  const fake = new FakeProvider({ journalSize: 1 });
  await fake.start();
  const database = await freshMariaDb('sockets');
  const start = () => BatonServer.start({ providerUrl: fake.baseUrl, databaseUrl: database.url, redisUrl });
  const servers = [await start(), await start()];
  const balancer = new SocketBalancer(servers);
  const url = await balancer.start();
  const accounts = await createAgents(
    servers,
    Array.from({ length: ACCOUNTS }, (_, index) => `Agent${index}`),
  );
  const clients = servers.map(clientFor);
  const back = [];
  const sums = { agents: 0, equal: 0, events: 0, characters: 0 };
  for (let round = 1; round <= options.rounds; round++)
    await runRound({ name, servers, clients, accounts, url, back, sums });
  rows.push({
    setup: name,
    kills: options.rounds,
    'agents reconnected': back.length,
    'views equal to the log': `${sums.equal} of ${sums.agents}`,
    'events compared': sums.events,
    'characters compared': sums.characters,
    'back and up to date ms p50/p95/max': [0.5, 0.95, 1].map((share) => percentile(back, share).toFixed(0)).join(' / '),
    'within 3 s': `${((100 * back.filter((ms) => ms <= GOAL_MS).length) / back.length).toFixed(1)} %`,
  });
  if (back.filter((ms) => ms <= GOAL_MS).length < GOAL_SHARE * sums.agents)
    faults.push(`${name}: fewer than 95 % of the agents were back within 3 s`);
  for (const client of [...clients, ...accounts.flatMap((account) => account.clients)]) await client.destroy();
  await balancer.stop();
  for (const server of servers) await server.dispose();
  await database.drop();
  await fake.stop();
}

async function runRound({ name, servers, clients, accounts, url, back, sums }) {
  const chatIds = await createChats(clients[1], options.chats);
  const views = Array.from({ length: options.agents }, (_, index) => {
    const watched = Array.from({ length: options.watched }, (_, nth) => chatIds[(index + nth * 7) % chatIds.length]);
    return new AgentView(url, accounts[index % accounts.length].key, [...new Set(watched)]);
  });
  await Promise.all(views.map((view) => view.watchAll()));
  const ask = (chatId, index) =>
    clients[index % 2].request('POST', `/api/chats/${chatId}/completions`, {
      userMessage: `Speak on ${chatId} [[tokens=${index % 2 === 0 ? 600 : 200} delay=25]]`,
    });
  const asked = chatIds.map((chatId, index) => ask(chatId, index).catch(() => null));
  await delay(1500);
  const [killed] = servers;
  const before = clients[0];
  const heads = Promise.all(chatIds.map((chatId) => readLog(clients[1], chatId).then((log) => [chatId, log.length])));
  const known = new Map(await heads);
  await killed.kill();
  const killedAt = performance.now();
  const late = Symbol('late');
  await Promise.all(
    views.map(async (view) => {
      const isBack = await Promise.race([view.isUpToDate(known, killedAt), delay(SETTLED_WITHIN_MS, late)]);
      if (isBack === late) faults.push(`${name}: an agent did not come back`);
      else back.push(isBack - killedAt);
    }),
  );
  await Promise.all(asked);
  const logs = await untilSettled(name, clients[1], chatIds);
  for (const view of views) {
    sums.agents++;
    const found = await view.compare(logs);
    faults.push(...found.map((fault) => `${name}: ${fault}`));
    if (found.length === 0) sums.equal++;
    sums.events += view.eventCount;
    sums.characters += view.characterCount;
    view.close();
  }
  await before.destroy();
  clients[0] = clientFor(killed);
  await killed.start();
}

async function untilSettled(name, client, chatIds) {
  const startedAt = performance.now();
  for (;;) {
    const logs = new Map(await Promise.all(chatIds.map(async (chatId) => [chatId, await readLog(client, chatId)])));
    if ([...logs.values()].every((log) => log.at(-1)?.type === 'turn.ended')) {
      for (const [chatId, log] of logs) faults.push(...faultsOfLog(log).map((fault) => `${name}: ${chatId}: ${fault}`));
      return logs;
    }
    if (performance.now() - startedAt > SETTLED_WITHIN_MS) {
      faults.push(`${name}: a turn did not end`);
      return logs;
    }
    await delay(100);
  }
}
