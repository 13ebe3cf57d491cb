/**
 * Three nodes of a MariaDB Galera cluster on this machine, and instances on different ones, all of which are written to. Customers write
 * and read, agents take chats over and give them back, each request at whichever instance; meanwhile a node is killed and joins again,
 * and one is cut off from the others and let back. Nothing acknowledged may be missing or there twice, logs have no gaps, and the bot
 * is silent in chats that a person has.
 *   node test/faults/restarts/galera.mjs [--chats 12] [--seconds 20] [--only load|kill|isolate]
 * `--seconds` is the length of each phase. Needs `galera-4` and `mariadb-server`; without them nothing is tried.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { FakeProvider } from '../../support/fake-provider/fake-provider.mjs';
import { GaleraCluster } from './galera-cluster.mjs';
import { BatonServer } from '../../support/server.mjs';
import { Conversations } from './conversations.mjs';
import { clientFor, conclude, printTable, readOptions } from '../suite.mjs';

const options = readOptions({ chats: 12, seconds: 20, only: '' });
const DATABASE = 'baton';

if (!GaleraCluster.isInstalled) {
  console.log('SKIPPED: the package galera-4 is not installed here');
  process.exit(0);
}

const faults = [];
const rows = [];
const fake = new FakeProvider({ journalSize: 1 });
await fake.start();
const cluster = await GaleraCluster.start(3);
await cluster.nodes[0].query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4`);
const servers = [];
for (const node of cluster.nodes.slice(0, 2))
  servers.push(await BatonServer.start({ providerUrl: fake.baseUrl, databaseUrl: node.urlOf(DATABASE) }));
const clients = servers.map(clientFor);

const PHASES = {
  load: () => delay(options.seconds * 1000),
  /** The node of the second instance. */
  kill: async () => {
    const [, node] = cluster.nodes;
    await delay(options.seconds * 200);
    await node.kill();
    await delay(options.seconds * 300);
    await node.start();
    await delay(options.seconds * 500);
  },
  isolate: async () => {
    const [, node] = cluster.nodes;
    await delay(options.seconds * 200);
    await node.isolate(true);
    await delay(Math.max(options.seconds * 300, 8000));
    await node.isolate(false);
    await node.untilSynced();
    await delay(options.seconds * 500);
  },
};
for (const [name, phase] of Object.entries(PHASES)) {
  if (options.only === '' || options.only === name) await runPhase(name, phase);
}
printTable(rows);
for (const client of clients) await client.destroy();
for (const server of servers) await server.dispose();
await cluster.stop();
await fake.stop();
conclude(faults);

async function runPhase(name, phase) {
  const conversations = new Conversations(clients);
  await conversations.start(options.chats, { takeoverShare: 0.4 });
  await phase();
  await conversations.finish();
  faults.push(...conversations.faults.map((fault) => `${name}: ${fault}`));
  rows.push({ phase: name, ...conversations.sums });
}
