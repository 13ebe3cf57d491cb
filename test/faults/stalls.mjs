// Sends the most expensive requests that the limits admit, and prints how long each holds the event loop, in processor time.
import { randomUUID } from 'node:crypto';
import { ADMIN_KEY, BatonServer } from '../support/server.mjs';
import { clientFor, conclude, createChats, printTable, readOptions, startSurroundings } from './suite.mjs';

const { db, limit, only } = readOptions({ db: 'sqlite', limit: 50, only: '' });
const ROUNDS = 4;
const MEGABYTE = 1_000_000;
const JSON_TYPE = { 'content-type': 'application/json' };
const AS_ADMIN = { authorization: `Bearer ${ADMIN_KEY}` };

/** Prints the longest time between two turns of the loop since it was last asked, in milliseconds of this thread's processor time. */
const TELLS_HOLD = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    const now = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000; };
    let longest = 0, last = now();
    setInterval(() => { const at = now(); longest = Math.max(longest, at - last); last = at; }, 1).unref();
    process.on('SIGWINCH', () => { console.log('HELD', longest.toFixed(1)); longest = 0; });
  `)}`,
];

const manyOf = (part, separator = ',', bytes = MEGABYTE) =>
  Array(Math.floor(bytes / (part.length + separator.length)))
    .fill(part)
    .join(separator);
const keys = (bytes = MEGABYTE) =>
  Array.from({ length: Math.floor(bytes / 12) }, (_, index) => `"k${index}":1`).join(',');
const wide = (field) => ({ list: `{"${field}":[${manyOf('{}')}]}`, nested: `{"${field}":{${keys()}}}` });

/** As many objects of as many fields as pass. */
const full = `{${keys(900 * 12)}}`;
const fullest = `[${Array(20).fill(full).join(',')}]`;

const TEXTS = {
  letters: 'a',
  spaces: ' ',
  dots: 'a.',
  emoji: '😀',
  selectors: '\ufe0f',
  hyphens: '-',
  digits: '1',
};

/** @returns {[name: string, path: string, options: RequestInit][]} */
function cases(chatId, botId) {
  const post = (path, body, headers = {}) => [path, { method: 'POST', body, headers: { ...JSON_TYPE, ...headers } }];
  const get = (path, headers = {}) => [path, { headers }];
  const open = ['/api/chats', '/api/chats/create/bybotcode', '/api/chat', '/chat', '/end_chat'];
  open.push('/api/widget/welcome/session', `/api/bots/${botId}/search`, `/api/chats/${chatId}/completions`);
  const named = (name, request) => [name, ...request];
  return [
    ...open.map((path) => named(`unknown fields: ${path}`, post(path, `{${keys()}}`))),
    ...open.map((path) => named(`a list: ${path}`, post(path, `[${manyOf('{}')}]`))),
    named('lists of lists', post('/api/chats', `{"botId":[${manyOf('[[[[]]]]')}]}`)),
    named('an escape, and lists', post('/api/chats', `{"\\u0062otId":[${manyOf('[]')}]}`)),
    named('an escape, and fields', post('/api/chats', `{"\\u0062otId":{${keys()}}}`)),
    named('not JSON', post('/api/chats', `[${manyOf('{}')}`)),
    named('brackets', post('/api/chats', '['.repeat(MEGABYTE))),
    named('escapes', post('/api/chats', `{"botId":"${manyOf('\\u0061', '')}"}`)),
    ...Object.entries(TEXTS).map(([name, text]) =>
      named(`a text of ${name}`, post('/api/chats', JSON.stringify({ botId: manyOf(text, '', MEGABYTE / 4) }))),
    ),
    ...Object.entries(TEXTS).map(([name, text]) =>
      named(
        `a message of ${name}`,
        post(
          `/api/chats/${chatId}/completions`,
          JSON.stringify({ userMessage: `x${text.repeat(31_000 / text.length)}` }),
          AS_ADMIN,
        ),
      ),
    ),
    ...Object.entries(TEXTS).map(([name, text]) =>
      named(
        `search for ${name}`,
        post(`/api/bots/${botId}/search`, JSON.stringify({ userMessage: `x${text.repeat(49_000)}` })),
      ),
    ),
    named('an Idempotency-Key', post('/api/chats', `{${keys()}}`, { 'idempotency-key': randomUUID() })),
    named('a form', [
      '/webhook',
      { method: 'POST', body: manyOf('a=1', '&'), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ]),
    named('a query of many fields', get(`/api/bots?${manyOf('a=1', '&', 8000)}`)),
    named('a query of one field', get(`/api/bots?${manyOf('SearchFor=a', '&', 8000)}`)),
    named('an order', get(`/api/bots?OrderBy=${manyOf('%20', '', 8000)}`)),
    named('a path of slashes', get(`/${'/'.repeat(8000)}x`)),
    named('a path of segments', get(manyOf('/a', '', 8000))),
    named('a path of escapes', get(`/api/bots/${manyOf('%41', '', 8000)}`)),
    named(
      'many headers',
      get('/api/bots', Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`x-${index}`, '1']))),
    ),
    ...[
      'accept',
      'accept-language',
      'authorization',
      'cookie',
      'origin',
      'x-forwarded-for',
      'if-none-match',
      'range',
    ].flatMap((name) =>
      [',', ';', ' ', 'a', 'a,', 'q=1;'].map((text) =>
        named(`${name}: ${text}…`, get('/api/bots', { [name]: `a${manyOf(text, '', 12_000)}a` })),
      ),
    ),
    named('a token', get('/api/bots', { authorization: `Bearer ${manyOf('a.', '', 12_000)}` })),
    ...[wide('tools'), wide('displayNameTv')].flatMap(({ list, nested }, index) => [
      named(`administration: a list ${index}`, post('/api/admin/bots', list, AS_ADMIN)),
      named(`administration: fields ${index}`, post('/api/admin/bots', nested, AS_ADMIN)),
    ]),
    named('prices', [
      '/api/admin/openAiServices/x/prices',
      { method: 'PUT', body: wide('prices').list, headers: { ...JSON_TYPE, ...AS_ADMIN } },
    ]),
    named('tools', post('/create_assistant', `{"name":"a","instruction":"a","tools":[${manyOf('{}')}]}`, AS_ADMIN)),
    named(
      'full parameters',
      post(
        `/api/admin/bots/${botId}/tools`,
        `{"name":"a","parameters":{"type":"object","properties":${full},"x":${fullest}}}`,
        AS_ADMIN,
      ),
    ),
    named('full objects', post('/api/chats', `{"\\u0062otId":${fullest}}`)),
    named('full lists', post('/api/chats', `{"\\u0062otId":[${manyOf('[]', ',', 29_000)}]}`)),
    named('full tools', post('/create_assistant', `{"name":"a","instruction":"a","tools":${fullest}}`, AS_ADMIN)),
    named(
      'parameters',
      post(
        `/api/admin/bots/${botId}/tools`,
        `{"name":"a","parameters":{"type":"object","properties":{${keys()}}}}`,
        AS_ADMIN,
      ),
    ),
    ...Object.entries(TEXTS).map(([name, text]) =>
      named(
        `logins of ${name}`,
        post(
          '/api/admin/bots',
          JSON.stringify({
            userLogins: text.repeat(200_000),
            baseSystemMessage: text.repeat(200_000),
            code: text.repeat(200_000),
          }),
          AS_ADMIN,
        ),
      ),
    ),
  ].filter(([name]) => name.includes(only));
}

const surroundings = await startSurroundings({ db, prefix: 'stalls' });
const server = await BatonServer.start({
  providerUrl: surroundings.fake.baseUrl,
  databaseUrl: surroundings.databaseUrl,
  nodeArgs: TELLS_HOLD,
});
const faults = [];
try {
  const client = clientFor(server);
  const [chatId] = await createChats(client, 1);
  const { openChatBotId: botId } = await client.call('GET', '/api/chats/OpenChatBotId');
  const held = async () => {
    server.process.output = '';
    process.kill(server.process.pid, 'SIGWINCH');
    return Number((await server.process.line(/^HELD (.*)$/m))[1]);
  };
  const rows = [];
  for (const [name, path, options] of cases(chatId, botId)) {
    const holds = [];
    let status = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await held();
      status = await fetch(server.url + path, options).then(
        async (answer) => (await answer.text(), answer.status),
        String,
      );
      holds.push(await held());
    }
    // The first rounds also compile what has never run before.
    const least = Math.min(...holds);
    rows.push({ request: name, status, 'held ms': least.toFixed(1), first: holds[0].toFixed(1) });
    if (!(least <= limit)) faults.push(`${name}: the event loop was held for ${least} ms`);
    if (!(status < 500)) faults.push(`${name}: ${status}`);
  }
  printTable(rows.toSorted((a, b) => b['held ms'] - a['held ms']));
} finally {
  await server.dispose();
  await surroundings.stop();
}
conclude(faults);
