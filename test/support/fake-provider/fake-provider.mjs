import { createServer } from 'node:http';
import { Journal } from './journal.mjs';
import { expectedText, parseDirectives, tokensOf, usageOf, withoutFaults } from './scenario.mjs';
import { anthropicMessages } from './anthropic-wire.mjs';
import { cut, StreamedAnswer } from './streamed-answer.mjs';
import { TimerWheel } from './timer-wheel.mjs';
import { chatCompletions, readRequest, responses } from './wire.mjs';

export { expectedText };

const ALL_FEATURES = {
  streaming: true,
  streamingUsage: true,
  tools: true,
  jsonSchema: true,
  images: true,
  parallelTools: true,
};
const ROUTES = { '/responses': responses, '/chat/completions': chatCompletions, '/messages': anthropicMessages };
const DIALECT_NAMES = new Map([
  [responses, 'responses'],
  [chatCompletions, 'chat_completions'],
  [anthropicMessages, 'anthropic_messages'],
]);

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
    this.models = options.models ?? [{ id: 'fake-large' }, { id: 'fake-old', shutdown_date: '2027-01-31' }];
    this.strictModels = options.strictModels ?? false;
    this.dialects = options.dialects ?? [...DIALECT_NAMES.values()];
    this.features = { ...ALL_FEATURES, ...options.features };
    this.journal = new Journal(options.journalSize ?? 100);
  }

  get baseUrl() {
    return `http://127.0.0.1:${this.#server.address().port}/v1`;
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
      const path = req.url.split('?')[0].replace(/^\/v1/, '');
      if (path === '/__journal') return this.#serveJournal(req, res);
      if (!this.#authorised(req))
        return sendError(res, 401, 'invalid_api_key', 'Incorrect API key provided: sk-fake-1234567890abcdef.');
      if (req.method === 'GET' && path === '/models') return this.#serveModels(res);
      const dialect = ROUTES[path];
      if (req.method !== 'POST' || !dialect || !this.dialects.includes(DIALECT_NAMES.get(dialect))) {
        return sendError(res, 404, null, `Invalid URL (${req.method} ${path})`);
      }
      this.#answer(req, res, path, dialect, Buffer.concat(chunks).toString());
    });
  }

  #authorised(req) {
    if (this.apiKey === null) return true;
    const { authorization, 'api-key': azureKey, 'x-api-key': anthropicKey } = req.headers;
    return [authorization?.replace(/^Bearer /, ''), azureKey, anthropicKey].includes(this.apiKey);
  }

  #serveModels(res) {
    const data = this.models.map((model) => ({ object: 'model', created: 1_700_000_000, owned_by: 'fake', ...model }));
    sendJson(res, 200, { object: 'list', data });
  }

  #serveJournal(req, res) {
    if (req.method === 'DELETE') this.journal.clear();
    sendJson(res, 200, this.journal.snapshot());
  }

  #answer(req, res, path, dialect, text) {
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      return sendError(res, 400, 'invalid_json', 'The body is not JSON.');
    }
    const request = readRequest(dialect, body);
    const entry = this.journal.record({ path, body, headers: req.headers, userMessage: request.userMessage });
    res.on('close', () => {
      this.journal.running--;
      if (!res.writableFinished && !entry.cutByUs) this.journal.recordAbort(entry);
    });
    const refused = this.#refusal(request, body);
    if (refused) return sendError(res, refused.status, refused.code, refused.message);
    const scenario = this.#scenarioFor(request.userMessage, body);
    if (answerFault(scenario, res, entry)) return;
    const answer = this.#compose(request, body, scenario);
    if (body.stream && this.features.streaming)
      new StreamedAnswer(this.#wheel, dialect, answer, scenario, res, entry).start();
    else this.#whenDue(scenario, () => sendWhole(res, dialect.whole(answer), scenario, entry));
  }

  /** What a service that lacks a feature, or the model, says to a request that needs it. */
  #refusal(request, body) {
    const lacks = (feature) => ({
      status: 400,
      code: 'unsupported_parameter',
      message: `This service does not support ${feature}.`,
    });
    if (this.strictModels && !this.models.some((model) => model.id === body.model)) {
      return { status: 404, code: 'model_not_found', message: `The model '${body.model}' does not exist.` };
    }
    if (this.features.streaming === 'refused' && body.stream) return lacks('streaming');
    if (this.features.streamingUsage === 'refused' && body.stream_options) return lacks('stream_options');
    if (!this.features.tools && request.tools.length > 0) return lacks('tools');
    if (!this.features.jsonSchema && request.schema) return lacks('JSON schema');
    if (!this.features.images && request.image) return lacks('images');
    return null;
  }

  #scenarioFor(userMessage, body) {
    const matches = ({ matcher }) =>
      typeof matcher === 'function' ? matcher(userMessage, body) : userMessage.search(matcher) !== -1;
    const scripted = this.#scripts.find((script) =>
      typeof script.matcher === 'string' ? userMessage.includes(script.matcher) : matches(script),
    );
    const scenario = { ...this.#fallback, ...scripted?.scenario, ...parseDirectives(userMessage) };
    if (scenario.fail === undefined) return scenario;
    const failed = this.#failures.get(userMessage) ?? 0;
    this.#failures.set(userMessage, failed + 1);
    return failed < scenario.fail ? scenario : withoutFaults(scenario);
  }

  #compose(request, body, scenario) {
    const id = `fake${++this.#count}`;
    const calls = this.#callsOf(request, scenario);
    const tools = calls.map((call, place) => ({ ...call, callId: place === 0 ? `call_${id}` : `call_${id}_${place}` }));
    const words = () => (request.schema ? ['{"ok":', 'true}'] : tokensOf(request.userMessage, scenario));
    const tokens = calls.length > 0 ? (scenario.sayBeforeTools ?? []) : words();
    return {
      id,
      model: body.model,
      tokens,
      tools,
      finish: scenario.finish,
      refusal: scenario.refusal === true,
      usage: usageOf(request.inputCharacters, calls.length > 0 ? 8 : tokens.length, scenario),
      reportUsage: request.wantsUsage && this.features.streamingUsage === true,
    };
  }

  #callsOf(request, scenario) {
    if (scenario.tool && request.rounds === 0) return [scenario.tool];
    if (request.tools.length === 0) return [];
    return scenario.rounds?.[request.rounds] ?? this.#calledByName(request).map((name) => ({ name, arguments: '{}' }));
  }

  /** A forced choice is the first tool; "Call the tools a and b" calls those that it names. */
  #calledByName({ tools, userMessage, forced, rounds }) {
    if (forced) return tools.slice(0, 1);
    if (rounds > 0 || !userMessage.startsWith('Call the tools ')) return [];
    const named = tools.filter((name) => userMessage.includes(name));
    return this.features.parallelTools ? named : named.slice(0, 1);
  }

  #whenDue(scenario, send) {
    if (scenario.delay) this.#wheel.at(this.#wheel.now() + scenario.delay, send);
    else send();
  }
}

/** Answers without a stream: true when the scenario is a fault that is over before the first byte of an answer. */
function answerFault(scenario, res, entry) {
  const { status, retryAfter } = scenario;
  const headers = { ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }), ...scenario.headers };
  if (scenario.hang) return true;
  if (scenario.reset === true) cut(res, entry);
  else if (scenario.quota) sendError(res, 429, 'insufficient_quota', 'You exceeded your current quota.', headers);
  else if (scenario.modelNotFound) sendError(res, 404, 'model_not_found', 'The model does not exist.', headers);
  else if (scenario.html) res.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Sign in</body></html>');
  else if (status)
    sendError(
      res,
      status,
      scenario.code ?? codeOf(status),
      scenario.message ?? `The fake provider answers ${status}.`,
      headers,
    );
  else return false;
  return true;
}

const codeOf = (status) =>
  ({ 401: 'invalid_api_key', 429: 'rate_limit_exceeded', 500: 'server_error' })[status] ?? null;

function sendWhole(res, whole, scenario, entry) {
  const text = JSON.stringify(whole);
  if (scenario.reset) return cut(res, entry);
  res.writeHead(200, { 'content-type': 'application/json' });
  if (scenario.stall) return res.write(text.slice(0, 10));
  if (scenario.half) {
    res.write(text.slice(0, text.length / 2), () => cut(res, entry));
    return undefined;
  }
  return res.end(scenario.malformed ? text.slice(0, text.length / 2) : text);
}

function sendJson(res, status, body, headers = {}) {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function sendError(res, status, code, message, headers) {
  const type = code === 'insufficient_quota' ? code : 'invalid_request_error';
  sendJson(res, status, { error: { message, type, param: null, code } }, headers);
}
