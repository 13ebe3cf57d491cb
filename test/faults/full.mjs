/**
 * The disk of the embedded database fills up while chats are used, again and again: what cannot be stored is refused honestly,
 * reading goes on, and the server comes back when there is room. The disk is a small one in memory, which only root can make.
 *   node test/faults/full.mjs [--rounds 10] [--megabytes 24]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { BatonServer } from '../support/server.mjs';
import { clientFor, conclude, createChats, faultsOfLog, printTable, readLogAtRest, readOptions } from './suite.mjs';

const options = readOptions({ rounds: 10, megabytes: 24 });
const CHATS = 5;
const FULL_FOR_MS = 2000;
const BACK_WITHIN_MS = 5000;

const disk = mkdtempSync(join(tmpdir(), 'baton-disk-'));
try {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${options.megabytes}m`, 'tmpfs', disk], { stdio: 'ignore' });
} catch {
  rmSync(disk, { recursive: true });
  console.log('SKIPPED: only root can make a small disk');
  process.exit(0);
}

const faults = [];
const sums = { acknowledged: 0, missing: 0, refused: 0, reads: 0, backMs: [] };
const fake = new FakeProvider({ journalSize: 1000 });
await fake.start();
const dataDir = join(disk, 'data');
mkdirSync(dataDir);
const server = await BatonServer.start({ providerUrl: fake.baseUrl, dataDir });
const client = clientFor(server);
try {
  for (let round = 0; round < options.rounds; round++) await runRound(round);
} finally {
  await client.destroy();
  await server.dispose();
  await fake.stop();
  execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
}
printTable([
  {
    rounds: options.rounds,
    acknowledged: sums.acknowledged,
    missing: sums.missing,
    refused: sums.refused,
    'reads meanwhile': sums.reads,
    'back after ms, longest': Math.max(...sums.backMs).toFixed(0),
  },
]);
conclude(faults);

async function runRound(round) {
  const chatIds = await createChats(client, CHATS);
  const acknowledged = new Map(chatIds.map((chatId) => [chatId, []]));
  const over = new AbortController();
  const talks = chatIds.map(async (chatId) => {
    const key = { 'idempotency-key': randomUUID() };
    for (let number = 0; !over.signal.aborted;) {
      const userMessage = `${number} ${'x'.repeat(1500)} [[tokens=20 delay=5]]`;
      const path = `/api/chats/${chatId}/completions`;
      const { status, headers, body } = await client.request('POST', path, { userMessage }, key);
      if (status === 200) {
        acknowledged.get(chatId).push(userMessage);
        key['idempotency-key'] = randomUUID();
        number++;
      } else {
        noteRefusal(`a message of round ${round}`, status, headers, body);
      }
      await delay(20);
    }
  });
  await delay(500);
  const ballast = join(disk, 'ballast');
  fillUp(ballast);
  const refusedBefore = sums.refused;
  while (sums.refused === refusedBefore) await delay(10);
  const ready = await client.request('GET', '/health/ready');
  noteRefusal('/health/ready', ready.status, ready.headers, ready.body);
  for (const end = performance.now() + FULL_FOR_MS; performance.now() < end; sums.reads++) {
    const { status } = await client.request('GET', `/api/chats/${chatIds[0]}/events`);
    if (status !== 200) faults.push(`reading was answered ${status} on a full disk`);
    await delay(20);
  }
  rmSync(ballast);
  const freeSince = performance.now();
  while ((await client.request('GET', '/health/ready')).status !== 200) await delay(10);
  sums.backMs.push(performance.now() - freeSince);
  if (sums.backMs.at(-1) > BACK_WITHIN_MS) faults.push(`round ${round}: back after ${sums.backMs.at(-1)} ms`);
  over.abort();
  await Promise.all(talks);
  for (const [chatId, messages] of acknowledged) await checkLog(chatId, messages);
  await Promise.all(chatIds.map((chatId) => client.call('DELETE', `/api/chats/${chatId}`)));
}

/** The server writes at the same time: the last blocks go to the faster one. */
function fillUp(ballast) {
  const { bavail, bsize } = statfsSync(disk);
  try {
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
}

function noteRefusal(what, status, headers, body) {
  sums.refused++;
  if (status !== 503 || body.code !== 'STORAGE_FULL' || headers['retry-after'] === undefined)
    faults.push(`${what} was answered ${status} ${JSON.stringify(body)} on a full disk`);
}

async function checkLog(chatId, messages) {
  const log = await readLogAtRest(client, chatId);
  faults.push(...faultsOfLog(log).map((fault) => `${chatId}: ${fault}`));
  const texts = log.filter(({ type }) => type === 'message.created').map(({ data }) => data.text);
  sums.acknowledged += messages.length;
  sums.missing += messages.filter((text) => !texts.includes(text)).length;
  if (messages.some((text) => !texts.includes(text))) faults.push(`${chatId}: acknowledged messages are missing`);
  if (new Set(texts).size !== texts.length) faults.push(`${chatId}: a message was stored twice`);
}
