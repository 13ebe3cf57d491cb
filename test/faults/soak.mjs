/**
 * Many chats stream at once on one instance, turn after turn. Every client's text must be the provider's, byte for byte, every log
 * gap-free and the same for all its readers, and the memory level.
 *   node test/faults/soak.mjs [--chats 200] [--turns 10] [--tokens 100] [--delay 20] [--db sqlite|mariadb]
 */
import { expectedText } from '../support/fake-provider/fake-provider.mjs';
import { BatonServer } from '../support/server.mjs';
import {
  clientFor,
  conclude,
  createChats,
  faultsOfLog,
  megabytes,
  percentile,
  printTable,
  readLog,
  readOptions,
  startSurroundings,
} from './suite.mjs';
import { difference, Transcript } from './transcript.mjs';

const options = readOptions({ chats: 200, turns: 10, tokens: 100, delay: 20, db: 'sqlite' });
const MEMORY_GROWTH_LIMIT = 1.25;
const MEMORY_SLACK = 30e6;

const surroundings = await startSurroundings({ db: options.db, prefix: 'soak', journalSize: 1 });
const server = await BatonServer.start({
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
});
const client = clientFor(server);
const faults = [];
const memory = [];
const firstTokenMs = [];
let characters = 0;

const chatIds = await createChats(client, options.chats);
const sampler = setInterval(() => memory.push(server.process.rss), 250);
const startedAt = performance.now();
const cpuBefore = server.process.cpuSeconds;
await Promise.all(chatIds.map((chatId, index) => converse(chatId, index)));
const seconds = (performance.now() - startedAt) / 1000;
const cpuShare = (server.process.cpuSeconds - cpuBefore) / seconds;
clearInterval(sampler);

const [early, late] = [memory.slice(memory.length >> 2, memory.length >> 1), memory.slice(-(memory.length >> 2))];
const [middle, end] = [percentile(early, 0.5), percentile(late, 0.5)];
if (end > middle * MEMORY_GROWTH_LIMIT + MEMORY_SLACK)
  faults.push(`memory grew from ${megabytes(middle)} to ${megabytes(end)} MB`);
printTable([
  {
    database: options.db,
    chats: options.chats,
    'turns each': options.turns,
    seconds: seconds.toFixed(1),
    'characters compared': characters,
    'first token ms p50/p99': `${percentile(firstTokenMs, 0.5).toFixed(0)}/${percentile(firstTokenMs, 0.99).toFixed(0)}`,
    'memory MB start/middle/end/peak': [memory[0], middle, end, Math.max(...memory)].map(megabytes).join('/'),
    'server CPU': `${(cpuShare * 100).toFixed(0)} % of a core`,
  },
]);
await client.destroy();
await server.dispose();
await surroundings.stop();
conclude(faults);

/** One customer, and a second reader who follows the chat all the time. */
async function converse(chatId, index) {
  const follower = new Transcript();
  const following = client.stream('GET', `/api/chats/${chatId}/events`, undefined, {}, (item) => follower.accept(item));
  await following.opened;
  for (let turn = 0; turn < options.turns; turn++) {
    const message = `Chat ${index}, turn ${turn} [[tokens=${options.tokens} delay=${options.delay}]]`;
    await takeTurn(chatId, turn * 4, message).catch((error) => faults.push(`chat ${index}: ${error.stack}`));
  }
  const log = await readLog(client, chatId);
  while (follower.lastSeq < log.length && following.outcome === 'open')
    await new Promise((next) => setTimeout(next, 20));
  following.close();
  if (log.length !== options.turns * 4) faults.push(`chat ${index} has ${log.length} events`);
  if (follower.lastSeq !== log.length) faults.push(`the follower of chat ${index} stopped at ${follower.lastSeq}`);
  faults.push(...[...faultsOfLog(log), ...follower.violations].map((fault) => `chat ${index}: ${fault}`));
  for (const { type, data } of log) {
    if (type === 'message.completed' && follower.shown.get(data.messageId) !== data.text)
      faults.push(`chat ${index}: the follower's deltas are not the stored text`);
  }
}

async function takeTurn(chatId, after, userMessage) {
  const transcript = new Transcript(after);
  const askedAt = performance.now();
  let completion = null;
  let isFirst = true;
  const path = `/api/chats/${chatId}/completions`;
  const stream = client.stream('POST', path, { userMessage }, {}, (item) => {
    transcript.accept(item);
    if (isFirst && item.event === 'message.delta') {
      firstTokenMs.push(performance.now() - askedAt);
      isFirst = false;
    }
    if (item.event === 'turn.ended') completion = JSON.parse(item.data).data.completion;
  });
  const outcome = await stream.ended;
  if (outcome !== 'complete') return faults.push(`a stream was ${outcome}: ${stream.refusal}`);
  const expected = expectedText(userMessage);
  const [shown = ''] = transcript.shown.values();
  const [final] = transcript.completed.values();
  if (shown !== expected) faults.push(`shown and said differ: ${difference(shown, expected)}`);
  if (final?.data.text !== expected) faults.push(`stored and said differ: ${final?.data.text.length}`);
  if (completion?.assistantMessage !== expected) faults.push('the completion differs from what was said');
  characters += shown.length;
  return faults.push(...transcript.violations);
}
