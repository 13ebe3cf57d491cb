/**
 * A backup is made while chats are used, as docs/guide/operations.md says, and put back into an empty place: what was acknowledged before
 * it is there, every log is whole, and the chats go on with the keys that were sealed. Without the encryption key they do not.
 *   node test/faults/operations/restore.mjs [--chats 10] [--only sqlite|mariadb]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeProvider } from '../../support/fake-provider/fake-provider.mjs';
import { BatonServer, freshMariaDb } from '../../support/server.mjs';
import { clientFor, conclude, createChats, faultsOfLog, printTable, readLogAtRest, readOptions } from '../suite.mjs';

const options = readOptions({ chats: 10, only: '' });
const KEY = 'the-key-of-the-service';
/** The encryption key is made at the first start, and no later start is told the key of the service. */
const FIRST_START = { ENCRYPTION_KEY: '', OPENAI_API_KEY: KEY, LOG_LEVEL: 'silent' };
const RESTORED = { ...FIRST_START, OPENAI_API_KEY: '', OPENAI_BASE_URL: '', OPENAI_MODEL: '' };

const ENGINES = {
  sqlite: {
    program: 'sqlite3',
    newPlace: async () => ({ url: undefined, drop: async () => {} }),
    backUp: (_database, dataDir, file) => execFileSync('sqlite3', [join(dataDir, 'baton.sqlite'), `.backup ${file}`]),
    putBack: (_database, dataDir, file) => copyFileSync(file, join(dataDir, 'baton.sqlite')),
  },
  mariadb: {
    program: 'mariadb-dump',
    newPlace: () => freshMariaDb('restore'),
    backUp: ({ url }, _dataDir, file) => writeFileSync(file, onServer('mariadb-dump', ['--single-transaction'], url)),
    putBack: ({ url }, _dataDir, file) => onServer('mariadb', [], url, readFileSync(file)),
  },
};

/** A program of MariaDB on the database that the URL names. */
function onServer(program, args, url, input) {
  const { hostname, port, username, password, pathname } = new URL(url);
  const place = ['-h', hostname, '-P', port || '3306', '-u', decodeURIComponent(username), pathname.slice(1)];
  const env = { ...process.env, MYSQL_PWD: decodeURIComponent(password) };
  return execFileSync(program, [...args, ...place], { env, input, maxBuffer: 1e9 });
}

const faults = [];
const rows = [];
for (const [name, engine] of Object.entries(ENGINES)) {
  if (options.only !== '' && options.only !== name) continue;
  if (spawnSync(engine.program, ['--version']).error) console.log(`SKIPPED: there is no ${engine.program} here`);
  else rows.push(await tryOut(name, engine));
}
if (rows.length > 0) printTable(rows);
conclude(faults);

async function tryOut(name, engine) {
  const folder = mkdtempSync(join(tmpdir(), 'baton-restore-'));
  const fake = new FakeProvider({ apiKey: KEY });
  await fake.start();
  const places = [];
  const servers = [];
  const open = async (env, before = () => {}) => {
    const place = await engine.newPlace();
    places.push(place);
    const dataDir = mkdtempSync(join(folder, 'data-'));
    before(place, dataDir);
    const settings = { providerUrl: fake.baseUrl, databaseUrl: place.url, dataDir, env };
    const server = await BatonServer.start(settings);
    servers.push(server);
    return { place, dataDir, server, client: clientFor(server) };
  };
  try {
    const first = await open(FIRST_START);
    const chatIds = await createChats(first.client, options.chats);
    const before = await Promise.all(chatIds.map((chatId) => ask(first.client, chatId, 'before')));
    // Chats go on while the backup is made, and after it.
    const over = new AbortController();
    let meanwhile = 0;
    const talks = chatIds.map(async (chatId) => {
      while (!over.signal.aborted) if ((await ask(first.client, chatId, 'meanwhile')) === 200) meanwhile++;
    });
    while (meanwhile < options.chats) await new Promise((resolve) => setTimeout(resolve, 20));
    const file = join(folder, 'backup');
    const startedAt = performance.now();
    engine.backUp(first.place, first.dataDir, file);
    const backupMs = performance.now() - startedAt;
    over.abort();
    await Promise.all(talks);
    await first.client.destroy();
    await first.server.kill();

    const key = join(first.dataDir, 'encryption-key');
    const second = await open(RESTORED, (place, dataDir) => {
      engine.putBack(place, dataDir, file);
      copyFileSync(key, join(dataDir, 'encryption-key'));
    });
    let kept = 0;
    let answered = 0;
    for (const [index, chatId] of chatIds.entries()) {
      const log = await readLogAtRest(second.client, chatId, 20_000);
      faults.push(...faultsOfLog(log).map((fault) => `${name}, ${chatId}: ${fault}`));
      const isThere = log.some(({ type, data }) => type === 'message.created' && data.text === 'before');
      if (before[index] !== 200) faults.push(`${name}: before the backup a message was answered ${before[index]}`);
      if (isThere) kept++;
      if ((await ask(second.client, chatId, 'after')) === 200) answered++;
    }
    await second.client.destroy();
    if (kept !== chatIds.length)
      faults.push(`${name}: ${chatIds.length - kept} messages from before the backup are missing`);
    if (answered !== chatIds.length) faults.push(`${name}: ${chatIds.length - answered} chats do not go on`);

    const third = await open(RESTORED, (place, dataDir) => engine.putBack(place, dataDir, file)).catch(() => null);
    const withoutKey = third === null ? 'no start' : await partOf(third.client, 'encryptionKey');
    await third?.client.destroy();
    if (withoutKey === 'up') faults.push(`${name}: without the encryption key, it is said to be right`);
    return {
      engine: name,
      chats: chatIds.length,
      'answers meanwhile': meanwhile,
      'backup ms': backupMs.toFixed(0),
      kept,
      answered,
      'without the key': withoutKey,
    };
  } finally {
    for (const server of servers) await server.dispose();
    for (const place of places) await place.drop();
    await fake.stop();
    rmSync(folder, { recursive: true });
  }
}

/** @returns the status of the answer, or what became of the turn */
async function ask(client, chatId, userMessage) {
  const { status, body } = await client.request('POST', `/api/chats/${chatId}/completions`, { userMessage });
  return status === 200 && body.status !== undefined && body.status !== 'completed' ? body.status : status;
}

async function partOf(client, part) {
  const { body } = await client.request('GET', '/health/ready');
  return body.parts?.[part] ?? 'unknown';
}
