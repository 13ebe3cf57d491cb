/**
 * Two instances on one MariaDB behind a plain round-robin proxy, each of which is restarted in turn while customers write and read and
 * agents take chats over. Nothing may be missing or there twice, and no request may fail except those that say when to try again. With
 * `--skew`, the clock of one instance is wrong by so many hours (needs `libfaketime`).
 *   node test/faults/restarts/rolling.mjs [--chats 20] [--restarts 6] [--skew 0]
 */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ADMIN_KEY, BatonServer } from '../../support/server.mjs';
import { HttpClient } from '../../support/sse-client.mjs';
import { Conversations } from './conversations.mjs';
import { SocketBalancer } from '../socket-balancer.mjs';
import { clientFor, conclude, createChats, printTable, readOptions, startSurroundings } from '../suite.mjs';

const options = readOptions({ chats: 20, restarts: 6, skew: 0 });
const BETWEEN_RESTARTS_MS = 2000;
const MINUTE_MS = 60_000;
const LIBFAKETIME = ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/faketime/libfaketime.so.1`);

/** What a program is started with so that its clock is wrong. */
function skewed(hours) {
  if (hours === 0) return {};
  const library = LIBFAKETIME.find(existsSync);
  if (library === undefined) {
    console.log('SKIPPED: libfaketime is not installed here');
    process.exit(0);
  }
  return { LD_PRELOAD: library, FAKETIME: `${hours > 0 ? '+' : ''}${hours}h`, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}

const surroundings = await startSurroundings({ db: 'mariadb', prefix: 'rolling', journalSize: 1 });
const start = (env) =>
  BatonServer.start({ providerUrl: surroundings.fake.baseUrl, databaseUrl: surroundings.databaseUrl, env });
const servers = [await start({}), await start(skewed(options.skew))];
const balancer = new SocketBalancer(servers, { isRotating: true });
const client = new HttpClient(await balancer.start(), ADMIN_KEY);
const conversations = new Conversations([client]);
await conversations.start(options.chats, { takeoverShare: 0.2 });
const drains = [];
for (let restart = 0; restart < options.restarts; restart++) {
  await delay(BETWEEN_RESTARTS_MS);
  const server = servers[restart % servers.length];
  const startedAt = performance.now();
  await server.stop();
  drains.push(performance.now() - startedAt);
  if (server.process.child.exitCode !== 0)
    conversations.faults.push(`a restart ended with ${server.process.child.exitCode}`);
  await server.start();
}
await delay(BETWEEN_RESTARTS_MS);
await conversations.finish();
printTable([
  {
    restarts: options.restarts,
    'clock off by h': options.skew,
    chats: options.chats,
    ...conversations.sums,
    'longest drain s': (Math.max(...drains) / 1000).toFixed(1),
  },
]);
await checkTimes(conversations.faults);
await client.destroy();
await balancer.stop();
for (const server of servers) await server.dispose();
await surroundings.stop();
conclude(conversations.faults);

/** What one instance writes and issues, the others take: keys, tokens, times of events. */
async function checkTimes(faults) {
  const near = (what, time, expected) => {
    const differenceMs = Math.abs(Date.parse(time) - expected);
    if (!(differenceMs < 5 * MINUTE_MS)) faults.push(`${what} is ${time}`);
  };
  for (const [one, other] of [servers, servers.toReversed()]) {
    const [here, there] = [one, other].map(clientFor);
    const { token, expiresAt } = await here.call('POST', '/api/widget/welcome/session', {});
    near('the end of a visitor token', expiresAt, Date.now() + 30 * 24 * 60 * MINUTE_MS);
    const visitor = new HttpClient(other.url, token);
    const { chatId } = await visitor.call('POST', '/api/chats/create/bybotcode', { botCode: 'welcome' });
    const { items } = await there.call('GET', `/api/chats/${(await createChats(here, 1))[0]}/events`);
    for (const { at } of items) near('the time of an event', at, Date.now());
    await here.call('POST', `/api/takeover/chats/${chatId}/claim`, {});
    const { items: claimed } = await there.call('GET', `/api/takeover/chats/${chatId}/events`);
    for (const { at } of claimed) near('the time of a takeover', at, Date.now());
    const login = `clerk-${one.port}`;
    const account = await here.call('POST', '/api/admin/users', { login, displayName: login, roles: ['user'] });
    const soon = new Date(Date.now() + 30 * MINUTE_MS).toISOString();
    const { key } = await here.call('POST', `/api/admin/users/${account.userId}/apiKeys`, {
      name: 'k',
      expiresAt: soon,
    });
    const clerk = new HttpClient(other.url, key);
    const { status } = await clerk.request('GET', '/api/chats/OpenChatBotId');
    if (status !== 200) faults.push(`a key that is valid for half an hour was answered ${status}`);
    for (const each of [here, there, visitor, clerk]) await each.destroy();
  }
}
