import { Agent, request as httpRequest } from 'node:http';
import { readdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { ADMIN_KEY, BatonServer, freshMariaDb } from '../support/server.mjs';
import { PLANTED } from './hostile.mjs';
import { Sockets } from './sockets.mjs';

const ANSWER_WITHIN_MS = 60_000;
/** How long a stream is read after its headers. */
const STREAM_MS = 150;
const ENCRYPTION_KEY = '5f'.repeat(32);
const PROVIDER_KEY = `sk-${randomBytes(16).toString('hex')}`;

/** What no answer and no line of the log may contain. */
const SECRETS = [PLANTED, PROVIDER_KEY, ADMIN_KEY, ENCRYPTION_KEY];

/** One server on one database, with an account for every role; requests go one after the other. */
export class Instance {
  #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  #tokens = { anonymous: null, admin: ADMIN_KEY };
  #database = null;
  #waiting = [];
  /** Ids of what the run itself needs: no request gets them. */
  own = new Set();
  /** When the event loop was held: `{ held, at }`. */
  holds = [];
  /** Secrets that the log has shown. */
  leaks = new Set();

  constructor(db) {
    this.db = db;
  }

  async start() {
    this.fake = new FakeProvider({ journalSize: 10 });
    await this.fake.start();
    this.#database = this.db === 'mariadb' ? await freshMariaDb('fuzz') : null;
    this.server = await BatonServer.start({
      providerUrl: this.fake.baseUrl,
      databaseUrl: this.#database?.url,
      nodeArgs: ['--expose-gc', '--enable-source-maps', '--import', './test/fuzz/server-watch.mjs'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        OPENAI_API_KEY: PROVIDER_KEY,
        ENCRYPTION_KEY,
        LOG_LEVEL: 'info',
        SIMPLE_CHAT_RATE: '0',
        OUTBOUND_ALLOW_HOSTS: new URL(this.fake.baseUrl).host,
        PROVIDER_ATTEMPTS: '1',
        PROBE_INTERVAL_HOURS: '0',
        TURN_DEADLINE_SECONDS: '15',
      },
    });
    const { child } = this.server.process;
    child.on('message', (message) => {
      if (message.memory !== undefined) this.#waiting.shift()?.(message.memory);
      else this.holds.push(message);
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => this.#readLog(text));
    this.sockets = new Sockets(this.server.url);
    await this.admit();
  }

  /** Everything that a role of the run may have lost: its account, its key. */
  async admit() {
    const accounts = { user: ['user'], other: ['user'], agent: ['user', 'agent'] };
    for (const [role, roles] of Object.entries(accounts)) {
      const token = this.#tokens[role];
      if (token !== undefined && (await this.call('GET', '/api/users/current', undefined, token)).status === 200)
        continue;
      const login = this.#tokens[role] === undefined ? role : `${role}-${randomBytes(4).toString('hex')}`;
      const { userId } = (await this.call('POST', '/api/admin/users', { login, roles })).json;
      const key = (await this.call('POST', `/api/admin/users/${userId}/apiKeys`, { name: 'fuzz' })).json;
      this.#tokens[role] = key.key;
      this.own.add(userId).add(key.apiKeyId);
    }
    const { userId } = (await this.call('GET', '/api/users/current')).json;
    this.own.add(userId);
    const session = await this.call('POST', '/api/widget/welcome/session', {}, null);
    this.#tokens.visitor = session.json?.token ?? this.#tokens.visitor ?? null;
  }

  tokenOf(role) {
    return this.#tokens[role];
  }

  async call(method, path, body, token = ADMIN_KEY) {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    return this.send({ method, path, headers, body: body === undefined ? null : Buffer.from(JSON.stringify(body)) });
  }

  /** @returns the answer, or `{ error }` when there is none */
  async send(wire) {
    const first = await this.#sendOnce(wire);
    return first.isStale === true ? this.#sendOnce(wire) : first;
  }

  #sendOnce({ method, path, headers, body, isChunked }) {
    const { port } = this.server;
    const startedAt = performance.now();
    return new Promise((resolve) => {
      let timer = null;
      const end = (answer) => {
        clearTimeout(timer);
        resolve({ ms: performance.now() - startedAt, ...answer });
      };
      let request;
      try {
        request = httpRequest({ port, host: '127.0.0.1', method, path, agent: this.#agent });
        for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
        if (body !== null && isChunked !== true) request.setHeader('content-length', body.length);
        if (body !== null && isChunked === true) request.setHeader('transfer-encoding', 'chunked');
      } catch (error) {
        request?.on('error', () => {}).destroy();
        return end({ unsent: String(error) });
      }
      timer = setTimeout(
        () => (end({ error: `no answer within ${ANSWER_WITHIN_MS} ms` }), request.destroy()),
        ANSWER_WITHIN_MS,
      );
      request.on('error', (error) =>
        end({ error: error.code ?? String(error), isStale: request.reusedSocket && error.code === 'ECONNRESET' }),
      );
      request.on('upgrade', (response, socket) => (socket.destroy(), end({ error: 'upgraded' })));
      request.on('response', (response) => {
        const chunks = [];
        const isStream = (response.headers['content-type'] ?? '').startsWith('text/event-stream');
        const finish = (isCut) => {
          const bytes = Buffer.concat(chunks);
          end({
            status: response.statusCode,
            headers: response.headers,
            bytes,
            isStream,
            isCut,
            get json() {
              try {
                return JSON.parse(bytes.toString('utf8'));
              } catch {
                return undefined;
              }
            },
          });
        };
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => finish(false));
        response.on('error', () => end({ error: 'the answer was cut' }));
        if (isStream) setTimeout(() => (finish(true), request.destroy()), STREAM_MS).unref();
      });
      request.end(body ?? undefined);
    });
  }

  #readLog(text) {
    for (const secret of SECRETS) if (text.includes(secret)) this.leaks.add(secret);
  }

  /** The secret that a text contains, or undefined. */
  secretIn(text) {
    return SECRETS.find((secret) => text.includes(secret));
  }

  get descriptors() {
    return readdirSync(`/proc/${this.server.process.pid}/fd`).length;
  }

  /** What is in use after a collection, in megabytes. */
  memory() {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.server.process.child.send('memory');
    });
  }

  closeConnections() {
    this.#agent.destroy();
    this.sockets?.close();
  }

  async stop() {
    this.closeConnections();
    await this.server?.dispose();
    await this.#database?.drop();
    await this.fake.stop();
  }
}
