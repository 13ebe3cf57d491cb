import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ADMIN_KEY, BatonServer, freshMariaDb, ProgramProcess, spawnNode } from '../support/server.mjs';
import { HttpClient } from '../support/sse-client.mjs';
import { copyChats, openMariaDb, openSqlite, writeTemplate } from './seed.mjs';

const inThisFolder = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Everything that is compared, started and filled with the same conversations; each server on `cores.server`. */
export class Variants {
  #closers = [];

  static async start({ chats, cores, nodeArgs }) {
    const variants = new Variants();
    variants.cores = cores;
    variants.provider = new ProgramProcess(spawnNode([inThisFolder('provider.mjs')], { cores: cores.load }));
    const [, providerUrl] = await variants.provider.line(/^(http\S+)\n/);
    variants.providerUrl = providerUrl;
    variants.proxy = await variants.#startBaseline('proxy', {});
    variants.proxy.chatIds = Array.from({ length: chats }, () => randomUUID());
    await variants.#startBaton({ chats, nodeArgs });
    const usualDatabase = await freshMariaDb('bench_usual');
    variants.#closers.push(() => usualDatabase.drop());
    variants.usual = await variants.#startBaseline('usual', { DATABASE_URL: usualDatabase.url, CHATS: String(chats) });
    return variants;
  }

  async stop() {
    for (const { process } of [this.proxy, this.bare, this.usual]) if (process) await process.stop();
    for (const close of this.#closers) await close();
    await this.provider.stop();
  }

  /** Baton on MariaDB and on SQLite, and the bare variant on the tables of the former. */
  async #startBaton({ chats, nodeArgs }) {
    const database = await freshMariaDb('bench');
    const common = { providerUrl: this.providerUrl, cores: this.cores.server, nodeArgs };
    const onMariaDb = await BatonServer.start({ ...common, databaseUrl: database.url });
    const onSqlite = await BatonServer.start(common);
    this.#closers.push(
      () => onMariaDb.dispose(),
      () => onSqlite.dispose(),
      () => database.drop(),
    );
    const tables = await openMariaDb(database.url);
    const mariaDbTemplate = await withClient(onMariaDb, writeTemplate);
    const chatIds = await copyChats(tables, mariaDbTemplate, chats);
    await tables.close();

    const sqliteTemplate = await withClient(onSqlite, writeTemplate);
    await onSqlite.stop();
    const file = openSqlite(onSqlite.dataDir);
    const sqliteChatIds = await copyChats(file, sqliteTemplate, chats);
    file.close();
    await onSqlite.start();

    this.mariadb = batonVariant('Baton, MariaDB', onMariaDb, chatIds);
    this.sqlite = batonVariant('Baton, SQLite', onSqlite, sqliteChatIds);
    this.bare = await this.#startBaseline('bare', { DATABASE_URL: database.url });
    this.bare.chatIds = chatIds;
  }

  async #startBaseline(name, env) {
    const child = spawnNode([inThisFolder(`baselines/${name}.mjs`)], {
      env: { NODE_ENV: 'production', PROVIDER_URL: this.providerUrl, ...env },
      cores: this.cores.server,
    });
    const process = new ProgramProcess(child);
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    await process.line(/^\d+.*\n$/m);
    const [port, chatIds = '[]'] = output.trim().split(' ');
    return { name: NAMES[name], wire: 'provider', port: Number(port), process, chatIds: JSON.parse(chatIds), next: 0 };
  }
}

const NAMES = {
  proxy: 'bare Node proxy, stores nothing',
  bare: 'bare Fastify + mysql2, the same rows',
  usual: 'the usual NestJS + TypeORM save + SDK',
};

const batonVariant = (name, server, chatIds) => ({
  name,
  wire: 'baton',
  port: server.port,
  process: server.process,
  chatIds,
  next: 0,
});

async function withClient(server, work) {
  const client = new HttpClient(server.url, ADMIN_KEY);
  const result = await work(client);
  await client.destroy();
  return result;
}

/** The load generator in its own process; it does one job at a time. */
export class LoadGenerator {
  constructor(cores) {
    this.child = spawnNode([inThisFolder('load.mjs')], { cores, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** @returns what the job measured, with the processor time that the variant's server used meanwhile */
  async run(variant, job) {
    const { port, wire, chatIds, process } = variant;
    const [cpuBefore, startedAt] = [process.cpuSeconds, performance.now()];
    const reply = new Promise((resolve, reject) => {
      this.child.once('message', resolve);
      this.child.once('exit', () => reject(new Error('The load generator has ended.')));
    });
    this.child.send({ ...job, port, wire, chatIds, token: ADMIN_KEY, firstChat: variant.next });
    const { result, error } = await reply;
    this.child.removeAllListeners('exit');
    if (error) throw new Error(error);
    variant.next = result.nextChat ?? variant.next;
    const cpuSeconds = process.cpuSeconds - cpuBefore;
    return { ...result, cpuSeconds, cpuShare: (cpuSeconds * 1000) / (performance.now() - startedAt) };
  }

  stop() {
    this.child.kill('SIGKILL');
  }
}
