/**
 * Operations whose answers get lost: the connection breaks at a random moment, and the same request follows with its Idempotency-Key,
 * until it is answered. Each must have had its effect once.
 *   node test/faults/load/lost-answers.mjs [--operations 5000] [--parallel 20] [--db sqlite|mariadb]
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ADMIN_KEY, BatonServer } from '../../support/server.mjs';
import {
  between,
  clientFor,
  conclude,
  createChats,
  printTable,
  readLog,
  readOptions,
  startSurroundings,
} from '../suite.mjs';

const options = readOptions({ operations: 5000, parallel: 20, db: 'sqlite' });
const LOST_AFTER_MS = [0, 40];
const LOSSES = 3;
const PATIENCE_MS = 60_000;

const surroundings = await startSurroundings({ db: options.db, prefix: 'lost', journalSize: 1_000_000 });
const server = await BatonServer.start({
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
});
const client = clientFor(server);
const faults = [];
const sums = { operations: 0, requests: 0, lost: 0, repeated: 0 };

/** A caller has a chat with the bot and one that it holds as an agent. Each operation says a text of its own. */
const KINDS = [
  ({ asked }, text) => ({
    chatId: asked,
    path: `/api/chats/${asked}/completions`,
    body: { userMessage: `${text} [[tokens=2]]` },
  }),
  ({ held }, text) => ({ chatId: held, path: `/api/takeover/chats/${held}/messages`, body: { text } }),
  ({ held }, text) => ({ chatId: held, path: `/api/takeover/chats/${held}/notes`, body: { text } }),
  ({ held }, text) => ({ chatId: held, path: `/api/chats/${held}/completions`, body: { userMessage: text } }),
];

const callers = await Promise.all(Array.from({ length: options.parallel }, openChats));
await Promise.all(callers.map(operate));
await Promise.all(callers.map(check));
printTable([{ database: options.db, ...sums, 'not once': faults.length }]);
await client.destroy();
await server.dispose();
await surroundings.stop();
conclude(faults);

async function openChats() {
  const [asked, held] = await createChats(client, 2);
  await client.call('POST', `/api/takeover/chats/${held}/claim`, {});
  return { asked, held, said: [] };
}

async function operate(caller) {
  for (; sums.operations < options.operations;) {
    const number = sums.operations++;
    const { chatId, path, body } = KINDS[number % KINDS.length](caller, `Operation ${number}.`);
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${ADMIN_KEY}`,
      'idempotency-key': randomUUID(),
    };
    const request = { method: 'POST', headers, body: JSON.stringify(body) };
    caller.said.push({ chatId, text: body.text ?? body.userMessage });
    await repeatUntilAnswered(path, request).catch((error) => faults.push(`${path}: ${error.message}`));
  }
}

async function repeatUntilAnswered(path, request) {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (let attempt = 1; ; attempt++) {
    sums.requests++;
    const signal = attempt <= LOSSES ? AbortSignal.timeout(Math.round(between(...LOST_AFTER_MS))) : undefined;
    const status = await fetch(server.url + path, { ...request, signal }).then(
      async (answer) => {
        await answer.text();
        return answer.status;
      },
      () => 0,
    );
    if (status === 0) sums.lost++;
    if (status === 200) return;
    // Its first attempt is still under way, or all places are taken.
    const mayRepeat = status === 0 || status === 409 || status === 429 || status === 503;
    if (!mayRepeat || performance.now() > giveUpAt) throw new Error(`answered ${status}`);
    if (status !== 0) await delay(50);
    sums.repeated++;
  }
}

async function check({ asked, held, said }) {
  const counts = new Map();
  for (const chatId of [asked, held])
    for (const { type, data } of await readAgentsLog(chatId))
      if (type.endsWith('.created') && data.text !== undefined) counts.set(data.text, (counts.get(data.text) ?? 0) + 1);
  for (const { text } of said) if (counts.get(text) !== 1) faults.push(`${text}: ${counts.get(text) ?? 0} times`);
}

/** The log with the notes in it. */
function readAgentsLog(chatId) {
  const agent = { call: (method, path) => client.call(method, path.replace('/api/', '/api/takeover/')) };
  return readLog(agent, chatId);
}
