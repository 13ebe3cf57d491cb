import { createServer } from 'node:http';
import { Exchange } from './exchange.mjs';
import { answerFault, markUnreadable, sendWhole } from './faults.mjs';
import { Journal } from './journal.mjs';
import { expectedText, parseDirectives, tokensOf, usageOf, withoutFaults } from './scenario.mjs';
import { Service, tableOf } from './service.mjs';
import { StreamedAnswer } from './streamed-answer.mjs';
import { TimerWheel } from './timer-wheel.mjs';
import { readRequest } from './wire/requests.mjs';

export { expectedText };

const WRONG_KEY = {
  code: 'invalid_api_key',
  message: 'Incorrect API key provided: sk-fake-1234567890abcdef.',
};
const TOLD_TO_CALL = /^call the tools? /i;
/** What a model thinks where a service shows its thoughts. */
const THOUGHT = 'What may that be about?';

/**
 * An OpenAI-compatible server for tests, benchmarks and fault suites. What it answers is decided by the scenario registered
 * for a message and by directives inside the last user message, so that another process can steer it too.
 */
export class FakeProvider {
  #server = null;
  #sockets = new Set();
  #wheel = new TimerWheel();
  #scripts = [];
  #fallback = {};
  #failures = new Map();
  #count = 0;

  constructor(options = {}) {
    this.apiKey = options.apiKey ?? null;
    this.service = new Service(options.service ?? tableOf(options));
    this.journal = new Journal(options.journalSize ?? 100);
  }

  get baseUrl() {
    return `http://127.0.0.1:${this.#server.address().port}${this.service.base}`;
  }

  /** The client ports of the connections that are open. */
  get connections() {
    return Array.from(this.#sockets, (socket) => socket.remotePort);
  }

  /** Answers every message that contains the text, matches the expression or satisfies the function by the scenario. */
  script(matcher, scenario) {
    if (matcher === 'default') this.#fallback = scenario;
    else this.#scripts.unshift({ matcher, scenario });
    return this;
  }

  /** Forgets scripts, failure counts and the journal. */
  reset() {
    this.#scripts = [];
    this.#fallback = {};
    this.#failures.clear();
    this.journal.clear();
  }

  async start(port = 0) {
    this.#server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, noDelay: true }, (req, res) =>
      this.#receive(req, res),
    );
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise((resolve, reject) => this.#server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return this.baseUrl;
  }

  async stop() {
    if (!this.#server) return;
    this.#wheel.stop();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #receive(req, res) {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      const path = this.#pathOf(req);
      if (path === '/__journal') return this.#serveJournal(req, res);
      const exchange = new Exchange(this.service, null, res, this.journal.entry());
      if (!this.#authorised(req)) return exchange.refuse(401, WRONG_KEY);
      const models = req.method === 'GET' && path === '/models' ? this.service.modelList() : null;
      if (models !== null) return exchange.sendJson(200, models);
      const dialect = req.method === 'POST' ? this.service.dialectOf(path) : undefined;
      if (dialect !== undefined) return this.#answer(req, res, path, dialect, Buffer.concat(chunks).toString());
      const { status, body } = this.service.unknownPath(req.method, req.url);
      return typeof body === 'string' ? exchange.send(status, 'text/plain', body) : exchange.sendJson(status, body);
    });
  }

  /** Below the base; other paths as they are. */
  #pathOf({ url }) {
    const { base } = this.service;
    const [path] = url.split('?');
    return path.startsWith(`${base}/`) ? path.slice(base.length) : `outside ${path}`;
  }

  #authorised(req) {
    if (this.apiKey === null) return true;
    const { authorization, 'api-key': azureKey, 'x-api-key': anthropicKey } = req.headers;
    return [authorization?.replace(/^Bearer /, ''), azureKey, anthropicKey].includes(this.apiKey);
  }

  #serveJournal(req, res) {
    if (req.method === 'DELETE') this.journal.clear();
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.journal.snapshot()));
  }

  #answer(req, res, path, dialectName, text) {
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      const exchange = new Exchange(this.service, dialectName, res, this.journal.entry());
      return exchange.refuse(400, { code: 'invalid_json', message: 'The body is not JSON.' });
    }
    const asks = readRequest(dialectName, body);
    const { userMessage } = asks;
    const entry = this.journal.record({ path, body, headers: req.headers, userMessage });
    res.on('close', () => {
      this.journal.running--;
      if (!res.writableFinished && !entry.cutByUs) this.journal.recordAbort(entry);
    });
    const exchange = new Exchange(this.service, dialectName, res, entry);
    const request = { body, asks, headers: req.headers, url: req.url };
    const quirk = this.service.refusalOf(dialectName, request);
    if (quirk !== undefined) {
      this.journal.recordRefusal(entry, quirk.what);
      const said = typeof quirk.body === 'function' ? quirk.body(request) : quirk.body;
      return exchange.sendJson(quirk.status, said);
    }
    const scenario = this.#scenarioFor(asks, body);
    if (answerFault(scenario, exchange)) return undefined;
    const answer = this.#compose(asks, body, scenario, exchange, dialectName);
    entry.usage = answer.usage;
    if (body.stream && !this.service.ignores(dialectName, 'streaming'))
      return new StreamedAnswer(this.#wheel, exchange, answer, scenario).start();
    return this.#whenDue(scenario, () => sendWhole(exchange, answer, scenario));
  }

  #scenarioFor({ userMessage, rounds }, body) {
    const matches = ({ matcher }) =>
      typeof matcher === 'function' ? matcher(userMessage, body) : userMessage.search(matcher) !== -1;
    const scripted = this.#scripts.find((script) =>
      typeof script.matcher === 'string' ? userMessage.includes(script.matcher) : matches(script),
    );
    const scenario = { ...this.#fallback, ...scripted?.scenario, ...parseDirectives(userMessage) };
    if (rounds < (scenario.fromRound ?? 0)) return withoutFaults(scenario);
    if (scenario.fail === undefined) return scenario;
    const failed = this.#failures.get(userMessage) ?? 0;
    this.#failures.set(userMessage, failed + 1);
    return failed < scenario.fail ? scenario : withoutFaults(scenario);
  }

  #compose(asks, body, scenario, { way }, dialectName) {
    const id = `fake${++this.#count}`;
    const calls = this.#callsOf(asks, scenario, dialectName);
    const tools = calls.map((call, place) => ({ ...call, callId: this.service.callId(id, place) }));
    const words = () =>
      asks.schema && scenario.text === undefined ? ['{"ok":', 'true}'] : tokensOf(asks.userMessage, scenario);
    const tokens = markUnreadable(calls.length > 0 ? (scenario.sayBeforeTools ?? []) : words(), scenario);
    return {
      id,
      model: body.model,
      tokens,
      tools,
      finish: scenario.finish,
      refusal: scenario.refusal === true,
      thought: THOUGHT,
      wire: way,
      usage: usageOf(asks.inputCharacters, calls.length > 0 ? 8 : tokens.length, scenario),
      reportUsage: (asks.wantsUsage || way.isUsageUnasked === true) && !this.service.ignores(dialectName, 'usage'),
    };
  }

  #callsOf(asks, scenario, dialectName) {
    if (scenario.tool && asks.rounds === 0) return [scenario.tool];
    if (asks.tools.length === 0) return [];
    const made = scenario.rounds?.[asks.rounds];
    return made ?? this.#calledByName(asks, dialectName).map((name) => ({ name, arguments: '{}' }));
  }

  /** A forced choice is the first tool; "Call the tools a and b" calls those that it names. */
  #calledByName({ tools, userMessage, forced, rounds }, dialectName) {
    if (forced && !this.service.ignores(dialectName, 'forcing')) return tools.slice(0, 1);
    if (rounds > 0 || !TOLD_TO_CALL.test(userMessage)) return [];
    const named = tools.filter((name) => userMessage.includes(name));
    return this.service.ignores(dialectName, 'parallel calls') ? named.slice(0, 1) : named;
  }

  #whenDue(scenario, send) {
    if (scenario.delay) this.#wheel.at(this.#wheel.now() + scenario.delay, send);
    else send();
  }
}
