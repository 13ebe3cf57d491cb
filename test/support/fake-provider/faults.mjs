/** What the fake does instead of answering, and what is left of an answer that is not streamed. */

/** Stands in the text of an answer where a fault puts what cannot be read. */
const MARK = '%unreadable%';
const UNREADABLE = { badUtf8: () => Buffer.from([0xff]), huge: () => Buffer.alloc(17 * 1024 * 1024, 'x') };

/** Answers instead of the model: true when the scenario is such a fault. */
export function answerFault(scenario, exchange) {
  const fault = Object.keys(INSTEAD).find((name) => scenario[name] !== undefined);
  if (fault === undefined || (fault === 'reset' && scenario.reset !== true)) return false;
  INSTEAD[fault](exchange, scenario);
  return true;
}

const INSTEAD = {
  hang: () => undefined,
  reset: (exchange) => exchange.cut(),
  quota: (exchange, scenario) =>
    exchange.refuse(429, { code: 'insufficient_quota', message: 'You exceeded your current quota.' }, after(scenario)),
  modelNotFound: (exchange, scenario) =>
    exchange.refuse(404, { code: 'model_not_found', message: 'The model does not exist.' }, after(scenario)),
  html: (exchange) => {
    exchange.begin('text/html');
    exchange.res.end('<html><body>Sign in</body></html>');
  },
  empty: (exchange) => {
    exchange.begin('application/json');
    exchange.res.end();
  },
  redirect: ({ res }) => res.writeHead(307, { location: '/elsewhere' }).end(),
  status: (exchange, scenario) => {
    const { status, code = codeOf(status), message = `The fake provider answers ${status}.` } = scenario;
    exchange.refuse(status, { code, message }, after(scenario));
  },
};

const after = ({ retryAfter, headers }) => ({
  ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  ...headers,
});

const codeOf = (status) =>
  ({ 401: 'invalid_api_key', 429: 'rate_limit_exceeded', 500: 'server_error' })[status] ?? null;

/** A whole answer, or what a fault leaves of it: how far a stream would have come does not matter here. */
export function sendWhole(exchange, answer, scenario) {
  const { res, entry, dialect } = exchange;
  const text = JSON.stringify(dialect.whole(answer));
  const fault = Object.keys(OF_WHOLE).find((name) => scenario[name] !== undefined);
  if (fault !== undefined) {
    OF_WHOLE[fault](exchange, text, scenario);
    return;
  }
  entry.isUsageSent = true;
  exchange.begin(scenario.contentType ?? 'application/json');
  res.write(exchange.way.beforeWhole ?? '');
  res.end(withUnreadable(text, scenario));
}

const half = (text) => text.slice(0, text.length / 2);

const OF_WHOLE = {
  reset: (exchange) => exchange.cut(),
  error: (exchange, _text, { error }) => exchange.refuse(200, { code: error, message: 'It was told to fail here.' }),
  stall: (exchange, text) => {
    exchange.begin('application/json');
    exchange.res.write(text.slice(0, 10));
  },
  half: (exchange, text) => {
    exchange.begin('application/json');
    exchange.res.write(half(text), () => exchange.cut());
  },
  malformed: (exchange, text) => {
    exchange.begin('application/json');
    exchange.res.end(half(text));
  },
};

/** The pieces of an answer, one of them marked as unreadable when the scenario says so. */
export function markUnreadable(tokens, scenario) {
  const place = scenario.badUtf8 ?? scenario.huge;
  if (place === undefined) return tokens;
  const at = typeof place === 'number' ? place : Math.floor(tokens.length / 2);
  return tokens.toSpliced(at, 0, MARK);
}

/** Bytes as they are sent, with what cannot be read in the place of the mark. */
export function withUnreadable(text, scenario) {
  const bytes = Object.entries(UNREADABLE).find(([fault]) => scenario[fault] !== undefined)?.[1];
  if (bytes === undefined) return Buffer.from(text);
  const parts = text.split(MARK).map((part) => Buffer.from(part));
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [bytes(), part])));
}
