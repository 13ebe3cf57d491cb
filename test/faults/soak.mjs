/**
 * Many chats stream at once on one instance, turn after turn. Every client's text must be the provider's, byte for byte, every log
 * gap-free and the same for all its readers. Between the phases, with every reader still there, garbage is collected and what is left
 * is measured: it must be level.
 *   node test/faults/soak.mjs [--chats 200] [--phases 4] [--turns 10] [--tokens 100] [--delay 20] [--db sqlite|mariadb]
 * `--turns`: of each chat in each phase.
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
  settledMemory,
  startSurroundings,
  TELLS_MEMORY,
} from './suite.mjs';
import { difference, Transcript } from './transcript.mjs';

const options = readOptions({ chats: 200, phases: 4, turns: 10, tokens: 100, delay: 20, db: 'sqlite' });
/** Caches fill and code is compiled until the second look; a leak shows as the same growth from phase to phase. */
const GROWTH_PER_TURN_LIMIT = 500;

const surroundings = await startSurroundings({ db: options.db, prefix: 'soak', journalSize: 1 });
const server = await BatonServer.start({
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
  nodeArgs: TELLS_MEMORY,
  // Histories outgrow it in the first phase: the tokenizer's vocabulary, 15 MB, is loaded by then.
  env: { CONTEXT_TOKEN_BUDGET: '1000' },
});
const client = clientFor(server);
const faults = [];
const peaks = [];
const settled = [];
const firstTokenMs = [];
let characters = 0;

/** One customer, and a second reader who follows the chat all the time. */
class Conversation {
  follower = new Transcript();
  turns = 0;

  constructor(chatId, index) {
    this.chatId = chatId;
    this.index = index;
  }

  async open() {
    const path = `/api/chats/${this.chatId}/events`;
    this.following = client.stream('GET', path, undefined, {}, (item) => this.follower.accept(item));
    await this.following.opened;
  }

  async takeTurns(count) {
    for (const end = this.turns + count; this.turns < end; this.turns++) {
      const directives = `[[tokens=${options.tokens} delay=${options.delay}]]`;
      const message = `Chat ${this.index}, turn ${this.turns} ${directives}`;
      await takeTurn(this.chatId, this.turns * 4, message).catch((error) => this.note([error.stack]));
    }
  }

  async close() {
    const { follower, following, turns } = this;
    const log = await readLog(client, this.chatId);
    while (follower.lastSeq < log.length && following.outcome === 'open')
      await new Promise((next) => setTimeout(next, 20));
    following.close();
    if (log.length !== turns * 4) this.note([`has ${log.length} events`]);
    if (follower.lastSeq !== log.length) this.note([`the follower stopped at ${follower.lastSeq}`]);
    this.note([...faultsOfLog(log), ...follower.violations]);
    for (const { type, data } of log) {
      if (type === 'message.completed' && follower.shown.get(data.messageId) !== data.text)
        this.note([`the follower's deltas are not the stored text`]);
    }
  }

  note(found) {
    faults.push(...found.map((fault) => `chat ${this.index}: ${fault}`));
  }
}

const conversations = (await createChats(client, options.chats)).map(
  (chatId, index) => new Conversation(chatId, index),
);
await Promise.all(conversations.map((conversation) => conversation.open()));
const sampler = setInterval(() => peaks.push(server.process.rss), 250);
let seconds = 0;
let cpuSeconds = 0;
for (let phase = 0; phase < options.phases; phase++) {
  const [startedAt, cpuBefore] = [performance.now(), server.process.cpuSeconds];
  await Promise.all(conversations.map((conversation) => conversation.takeTurns(options.turns)));
  seconds += (performance.now() - startedAt) / 1000;
  cpuSeconds += server.process.cpuSeconds - cpuBefore;
  settled.push(await settledMemory(server));
}
clearInterval(sampler);
await Promise.all(conversations.map((conversation) => conversation.close()));

const used = settled.map(({ heapUsed, external }) => heapUsed + external);
const turnsBetween = (options.phases - 2) * options.chats * options.turns;
const growth = turnsBetween > 0 ? (used.at(-1) - used[1]) / turnsBetween : 0;
if (growth > GROWTH_PER_TURN_LIMIT) faults.push(`memory grew by ${growth.toFixed(0)} bytes a turn`);
printTable([
  {
    database: options.db,
    chats: options.chats,
    'turns each': `${options.phases} × ${options.turns}`,
    seconds: seconds.toFixed(1),
    'characters compared': characters,
    'first token ms p50/p99': `${percentile(firstTokenMs, 0.5).toFixed(0)}/${percentile(firstTokenMs, 0.99).toFixed(0)}`,
    'MB in use after each phase': used.map(megabytes).join(' / '),
    'MB resident then / at most': `${settled.map(({ rss }) => megabytes(rss)).join(' / ')} / ${megabytes(Math.max(...peaks))}`,
    'growth a turn': `${growth.toFixed(0)} bytes`,
    'server CPU': `${((cpuSeconds / seconds) * 100).toFixed(0)} % of a core`,
  },
]);
await client.destroy();
await server.dispose();
await surroundings.stop();
conclude(faults);

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
