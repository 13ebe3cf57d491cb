/**
 * Turns over everything that can become of a call of a model service, with tools, stops, takeovers, retries and fallbacks, while the server is killed
 * (-9) and started on the same data. At the end the ledger, the statistics and the service's own books must agree, to the token and the
 * nano-dollar; what the service could not report must be marked as estimated.
 *   node test/faults/money.mjs [--db sqlite|mariadb] [--turns 2000] [--kills 10] [--customers 40]
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { BatonServer } from '../support/server.mjs';
import { compareQuestion, openDatabase, openEnds, priceOf, readLedger } from './ledger-books.mjs';
import { between, clientFor, conclude, printTable, readOptions, startSurroundings } from './suite.mjs';

const SETTLE_WITHIN_MS = 180_000;
const MESSAGES_PER_CHAT = 4;
const PRICE = { model: 'fake-large', inputNano: 250, cachedNano: 25, outputNano: 2000 };
const TOOL = '[[tool=find_order {"order":"7"}]]';

/** The first service fails here, its fallback answers. */
const ONLY_SPARE = '(for the spare one)';

/** What is asked, and what is done while it is answered. */
const KINDS = [
  ...Array.from({ length: 6 }, () => ({ words: '[[tokens=12]]' })),
  ...Array.from({ length: 3 }, () => ({ words: '[[tokens=9 cached=2 reasoning=5]]' })),
  ...Array.from({ length: 4 }, () => ({ words: `${TOOL} [[tokens=7]]` })),
  ...Array.from({ length: 6 }, () => ({ words: '[[tokens=40 delay=15]]' })),
  ...Array.from({ length: 2 }, () => ({ words: '[[tokens=60 delay=20]]', meanwhile: 'stop' })),
  ...Array.from({ length: 2 }, () => ({ words: '[[tokens=60 delay=20]]', meanwhile: 'claim' })),
  { words: `${TOOL} [[tokens=60 delay=20]]`, meanwhile: 'stop' },
  ...[400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529].map((status) => ({
    words: `[[status=${status}]]`,
  })),
  { words: '[[status=429 retryAfter=1]]' },
  ...Array.from({ length: 4 }, () => ({ words: `${ONLY_SPARE} [[tokens=11]]` })),
  { words: '[[fail=1 status=500]] [[tokens=8]]' },
  { words: '[[fail=1 status=503 retryAfter=1]] [[tokens=8]]' },
  { words: '[[fail=1 reset]] [[tokens=8]]' },
  { words: `${TOOL} [[fromRound=1 status=500]]` },
  { words: `${TOOL} [[fromRound=1 reset=2]]` },
  ...[
    'quota', 'html', 'empty', 'redirect', 'hang', 'stall=0', 'stall=3', 'reset', 'reset=3', 'half=3', 'malformed=3', 'noEnd', 'noEnd=0',
    'error=server_error', 'error=server_error errorAt=0', 'finish=length', 'finish=content_filter', 'refusal', 'badUtf8',
  ].map((fault) => ({ words: `[[${fault}]]` })), // prettier-ignore
  { words: '[[status=400 code=context_length_exceeded]]' },
];

const options = readOptions({ db: 'sqlite', turns: 2000, kills: 10, customers: 40 });
const tools = createServer((request, response) => {
  request.resume().on('end', () => response.end('{"message":"On its way."}'));
});
await new Promise((resolve) => tools.listen(0, '127.0.0.1', resolve));
const toolHost = `127.0.0.1:${tools.address().port}`;
const surroundings = await startSurroundings({ db: options.db, prefix: 'money', journalSize: options.turns * 8 });
const spare = new FakeProvider({ journalSize: options.turns * 8 });
await spare.start();
surroundings.fake.script(ONLY_SPARE, { status: 503 });
const server = await BatonServer.start({
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
  env: {
    OUTBOUND_ALLOW_HOSTS: toolHost,
    PROVIDER_ATTEMPTS: '2',
    PROVIDER_BREAKER_FAILURES: '0',
    PROVIDER_IDLE_TIMEOUT_SECONDS: '1',
    TURN_DEADLINE_SECONDS: '20',
  },
});
let client = clientFor(server);
const faults = [];
const asked = new Set();
const progress = { asked: 0, kills: 0, stops: 0, claims: 0, isOver: false };

const botId = await prepare();
const startedAt = performance.now();
const killing = killAtRandomMoments();
await Promise.all(Array.from({ length: options.customers }, () => converse()));
progress.isOver = true;
await killing;
const database = await openDatabase({ dataDir: server.dataDir, databaseUrl: surroundings.databaseUrl });
await untilSettled();
await audit();
await database.close();
await client.destroy();
await server.dispose();
await surroundings.stop();
await spare.stop();
tools.close();
conclude(faults);

/** Prices for two services, and a bot with a tool that falls back from the first one to the second. */
async function prepare() {
  const { items } = await client.call('GET', '/api/admin/openAiServices');
  const first = items[0].id;
  const second = await client.call('POST', '/api/admin/openAiServices', {
    displayName: 'Spare',
    isActive: true,
    azureOpenAiEndpoint: spare.baseUrl,
    azureOpenAiApiKey: 'test',
    modelName: PRICE.model,
  });
  for (const id of [first, second])
    await client.call('PUT', `/api/admin/openAiServices/${id}/prices`, { prices: [PRICE] });
  const { botId: id } = await client.call('POST', '/api/admin/bots', {
    displayNameTv: { value: 'Money', valueDe: '' },
    openAiServiceId: first,
    fallbackServices: [{ openAiServiceId: second }],
    isActive: true,
    isPublic: true,
  });
  await client.call('POST', `/api/admin/bots/${id}/tools`, {
    name: 'find_order',
    description: 'Finds an order.',
    parameters: { type: 'object', properties: { order: { type: 'string' } } },
    url: `http://${toolHost}/orders`,
  });
  return id;
}

/** One customer: chat after chat, message after message, until there are enough turns. */
async function converse() {
  while (progress.asked < options.turns) {
    const chat = await attempt(() => client.request('POST', '/api/chats', { botId }));
    if (chat?.status !== 200) {
      await delay(50);
      continue;
    }
    for (let message = 0; message < MESSAGES_PER_CHAT && progress.asked < options.turns; message++) {
      const kind = KINDS[progress.asked % KINDS.length];
      const question = `Question ${progress.asked++} ${kind.words}`;
      asked.add(question);
      const answer = attempt(() =>
        client.request('POST', `/api/chats/${chat.body.chatId}/completions`, { userMessage: question }),
      );
      if (kind.meanwhile !== undefined) await interfere(chat.body.chatId, kind.meanwhile);
      // A server that dies answers nothing; what became of the turn is in the database.
      if ((await answer) === null) break;
    }
  }
}

async function interfere(chatId, how) {
  await delay(between(50, 600));
  const path = how === 'stop' ? `/api/chats/${chatId}/turns/current/stop` : `/api/takeover/chats/${chatId}/claim`;
  const done = await attempt(() => client.request('POST', path, {}));
  if (done === null || done.status >= 300) return;
  progress[`${how}s`]++;
  if (how === 'claim')
    await attempt(() => client.request('POST', `/api/takeover/chats/${chatId}/release`, { to: 'bot' }));
}

function attempt(request) {
  return request().catch(() => null);
}

/** One kill in each part of the run, at a random moment. */
async function killAtRandomMoments() {
  for (let kill = 0; kill < options.kills; kill++) {
    const moment = ((kill + Math.random()) / options.kills) * options.turns;
    while (progress.asked < moment && !progress.isOver) await delay(5);
    await delay(between(0, 300));
    await server.kill();
    progress.kills++;
    const before = client;
    client = clientFor(server);
    await before.destroy();
    await server.start();
  }
}

async function untilSettled() {
  const until = performance.now() + SETTLE_WITHIN_MS;
  while (performance.now() < until) {
    if ((await openEnds(database)) === 0) return;
    await delay(250);
  }
  faults.push(`${await openEnds(database)} turns and calls have not ended within ${SETTLE_WITHIN_MS / 1000} s`);
}

/** The statistics are rebuilt, and the three books compared. */
async function audit() {
  await client.call('PUT', '/api/statistic');
  const ledger = await readLedger(database);
  const requests = [surroundings.fake, spare].flatMap(({ journal }) => journal.requests);
  const books = Map.groupBy(
    requests.toSorted((one, other) => one.at - other.at),
    ({ userMessage }) => userMessage,
  );
  const totals = { rows: 0, requests: 0, exact: 0, estimated: 0, free: 0, unread: 0, tokens: 0, nano: 0 };
  for (const question of asked) {
    const compared = compareQuestion(question, ledger.get(question) ?? [], books.get(question) ?? [], PRICE);
    faults.push(...compared.faults);
    for (const name of Object.keys(totals)) totals[name] += compared.sums[name];
  }
  const rows = [...ledger.values()].flat();
  await compareStatistics(rows);
  printTable([
    {
      database: options.db,
      turns: asked.size,
      'kills/stops/takeovers': [progress.kills, progress.stops, progress.claims].join('/'),
      'requests of the services': totals.requests,
      'of these the fallback': spare.journal.requests.filter(({ userMessage }) => asked.has(userMessage)).length,
      'rows of the ledger': totals.rows,
      'with its figures': totals.exact,
      'tokens equal': totals.tokens,
      'nano-dollars equal': totals.nano,
      estimated: totals.estimated,
      'without a model': rows.filter(({ model }) => model === '').length,
      'cost nothing': totals.free,
      'not read to the end': totals.unread,
      s: ((performance.now() - startedAt) / 1000).toFixed(0),
    },
  ]);
}

async function compareStatistics(rows) {
  const sum = (list, of) => list.reduce((total, each) => total + Number(of(each)), 0);
  const usage = await allPages('/api/statistic/tokenUsageStatistic', '&TokenUsageTypeId=1');
  // Probes cost something as well, and are made for no bot.
  const costs = await allPages('/api/statistic/costs', `&BotId=${botId}`);
  const compare = (what, statistics, ledger) => {
    if (statistics !== ledger) faults.push(`${what}: ${statistics} in the statistics, ${ledger} in the ledger`);
  };
  compare(
    'input tokens',
    sum(usage, ({ promptTokens }) => promptTokens),
    sum(rows, ({ inputTokens }) => inputTokens),
  );
  compare(
    'output tokens',
    sum(usage, ({ completionTokens }) => completionTokens),
    sum(rows, ({ outputTokens }) => outputTokens),
  );
  compare(
    'nano-dollars',
    sum(costs, ({ costNano }) => costNano),
    sum(rows, (row) => priceOf(row, PRICE)),
  );
}

async function allPages(path, filter) {
  const items = [];
  for (let page = 1; ; page++) {
    const found = await client.call('GET', `${path}?PageNumber=${page}&PageSize=100${filter}`);
    items.push(...found.items);
    if (items.length >= found.totalItemCount || found.items.length === 0) return items;
  }
}
