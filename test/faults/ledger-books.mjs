/** Reads the ledger from the database itself, and holds it against the books of a fake model service. */
import libsql from 'libsql';
import { createConnection } from 'mysql2/promise';
import { join } from 'node:path';

const CHAT = 1;
const ROWS = `SELECT l.id, l.status, l.outcome, l.model, l.input_tokens, l.cached_tokens, l.output_tokens, l.reasoning_tokens,
  l.is_estimated, l.cost_nano, m.text FROM usage_ledger l
  JOIN turns t ON t.id = l.turn_id JOIN messages m ON m.id = t.input_message_id WHERE l.usage_type = ${CHAT} ORDER BY l.id`;
const OPEN_TURNS = `SELECT COUNT(*) AS n FROM turns WHERE status IN ('queued', 'running')`;
const RESERVED = `SELECT COUNT(*) AS n FROM usage_ledger WHERE status = 'reserved'`;

/** A database that a server uses: `dataDir` of an embedded one, else its address. */
export async function openDatabase({ dataDir, databaseUrl }) {
  if (databaseUrl !== undefined) {
    const connection = await createConnection(databaseUrl);
    const query = async (sql) => (await connection.query(sql))[0];
    return { query, close: () => connection.end() };
  }
  const database = new libsql(join(dataDir, 'baton.sqlite'), { readonly: true });
  return {
    query: (sql) => Promise.resolve(database.prepare(sql).all()),
    close: () => Promise.resolve(database.close()),
  };
}

/** How many turns and calls have not ended. */
export async function openEnds(database) {
  const [[turns], [calls]] = [await database.query(OPEN_TURNS), await database.query(RESERVED)];
  return Number(turns.n) + Number(calls.n);
}

/** The rows of the calls that turns made, by the question that was asked. */
export async function readLedger(database) {
  const rows = await database.query(ROWS);
  return Map.groupBy(rows.map(readRow), ({ question }) => question);
}

const readRow = (row) => ({
  // Text that can grow is stored as JSON.
  question: row.text.startsWith('"') ? JSON.parse(row.text) : row.text,
  status: row.status,
  outcome: row.outcome,
  model: row.model,
  tokens: [row.input_tokens, row.cached_tokens, row.output_tokens, row.reasoning_tokens].map(Number).join('/'),
  inputTokens: Number(row.input_tokens),
  cachedTokens: Number(row.cached_tokens),
  outputTokens: Number(row.output_tokens),
  isEstimated: Number(row.is_estimated) === 1,
  costNano: row.cost_nano === null ? null : Number(row.cost_nano),
});

/** A row is priced when it is read as long as it is young; the model of a call that a dying server never reported is not known. */
export const priceOf = (row, price) => row.costNano ?? (row.model === '' ? 0 : costOf(row, price));

export const costOf = ({ inputTokens, cachedTokens, outputTokens }, price) =>
  (inputTokens - cachedTokens) * price.inputNano + cachedTokens * price.cachedNano + outputTokens * price.outputNano;

/** A turn can end before it makes the call that was reserved for it. */
const MAY_LACK_A_REQUEST = new Set(['lost', 'aborted']);

/** Requests that are refused like this, and cost nothing, can be repeated within one attempt: with less, or without what was refused. */
const MAY_BE_ASKED_DIFFERENTLY = new Set([400, 413, 422]);

/**
 * Compares the calls of one question: every attempt that reached the service has one row; one whose usage the service reported has exactly
 * these figures, unless the server died or stopped before it read them; everything else is marked as estimated or cost nothing.
 * @returns what is wrong, and sums: `exact` tokens and nano-dollars of both books, and how many rows are estimates
 */
export function compareQuestion(question, rows, requests, price) {
  const faults = [];
  const sums = {
    rows: rows.length,
    requests: requests.length,
    exact: 0,
    estimated: 0,
    free: 0,
    unread: 0,
    tokens: 0,
    nano: 0,
  };
  const spare = rows.filter(({ outcome, model }) => MAY_LACK_A_REQUEST.has(outcome) || model === '').length;
  const fault = (text) => faults.push(`${question}: ${text}`);
  const repeatable = requests.slice(0, -1).filter(({ status }) => MAY_BE_ASKED_DIFFERENTLY.has(status)).length;
  if (rows.length < requests.length - repeatable) fault(`${requests.length} requests, but ${rows.length} rows`);
  if (rows.length - spare > requests.length)
    fault(`${rows.length} rows (${spare} spare), but ${requests.length} requests`);
  for (const { status } of rows) if (status !== 'settled') fault(`a row is ${status}`);
  const exactRows = rows.filter(({ isEstimated, outputTokens }) => !isEstimated && outputTokens > 0);
  for (const { usage, isUsageSent } of requests) {
    if (!isUsageSent) continue;
    const tokens = [usage.inputTokens, usage.cachedTokens, usage.outputTokens, usage.reasoningTokens].join('/');
    const place = exactRows.findIndex((row) => row.tokens === tokens);
    if (place === -1) {
      sums.unread++;
      continue;
    }
    exactRows.splice(place, 1);
    sums.exact++;
    sums.tokens += usage.inputTokens + usage.outputTokens;
    sums.nano += costOf(usage, price);
  }
  for (const { tokens } of exactRows) fault(`a row has figures that the service has not reported: ${tokens}`);
  for (const row of rows) {
    if (row.isEstimated) sums.estimated++;
    else if (row.outputTokens === 0) sums.free++;
    // Young rows are not priced yet; the statistics price them when they are read.
    if (row.costNano !== null && row.costNano !== costOf(row, price))
      fault(`a row of ${row.tokens} cost ${row.costNano}`);
  }
  const interrupted = rows.filter(({ outcome }) => MAY_LACK_A_REQUEST.has(outcome)).length;
  if (sums.unread > interrupted) fault(`${sums.unread} answers are in no row`);
  return { faults, sums };
}
