import { ERRORS } from '../../libs/contracts/src/error-codes.ts';
import { OpenApiValidator, readDocument } from '../support/openapi-validator.ts';

/** What may answer a request that reaches no operation. */
const NO_OPERATION = new Set([204, 400, 404, 405, 408, 411, 413, 414, 415, 417, 429, 431]);
/** What a server that has no fault may say. */
const PROVIDER_STATUSES = new Set([502, 504]);
const BODILESS = new Set([204, 304]);

/** Says what is wrong with an answer, whatever the request was. */
export class Checks {
  #validator;

  constructor(documentFile) {
    this.#validator = new OpenApiValidator(readDocument(documentFile));
  }

  /** @returns {Promise<{ kind: string, text: string } | null>} */
  async faultOf({ method, path }, answer, instance) {
    if (answer.unsent !== undefined) return null;
    if (answer.error !== undefined) return { kind: 'no answer', text: answer.error };
    const { status, headers, bytes } = answer;
    const text = bytes.toString('utf8');
    const secret = instance.secretIn(text) ?? instance.secretIn(JSON.stringify(headers));
    if (secret !== undefined) return { kind: 'secret', text: `the answer shows ${secret}` };
    const pathname = path.split('?', 1)[0];
    const operation = this.#validator.find(method === 'HEAD' ? 'GET' : method, pathname);
    const code = answer.json?.code;
    if (status >= 500 && !this.#isAllowed(status, code, headers))
      return { kind: `${status}`, text: text.slice(0, 300) };
    if (operation === undefined) return this.#faultWithoutOperation(method, answer);
    if (method === 'HEAD') return bytes.length > 0 ? { kind: 'a body for HEAD', text } : null;
    return this.#faultOfBody(method, pathname, answer);
  }

  nameOf({ method, path }) {
    const pathname = path.split('?', 1)[0];
    return this.#validator.find(method === 'HEAD' ? 'GET' : method, pathname)?.id ?? 'no operation';
  }

  #isAllowed(status, code, headers) {
    if (PROVIDER_STATUSES.has(status)) return true;
    // Provoked: the bots are stopped, a bot has no service, and the like.
    return (
      status === 503 &&
      code !== undefined &&
      !['DATABASE_BUSY', 'DATABASE_UNREACHABLE', 'STORAGE_FULL', 'NOT_READY'].includes(code) &&
      ERRORS[code]?.status === 503 &&
      headers['content-type'] !== undefined
    );
  }

  #faultWithoutOperation(method, { status, headers, bytes, json }) {
    if (status < 400) return null;
    if (!NO_OPERATION.has(status))
      return { kind: `${status} without an operation`, text: bytes.toString('utf8').slice(0, 300) };
    if (method === 'HEAD') return null;
    const isProblem = isProblemType(headers);
    // Channels that speak the format of another system say less.
    if (status === 405 && typeof json?.error === 'string') return null;
    if (!isProblem || ERRORS[json?.code]?.status !== status)
      return {
        kind: 'not a problem',
        text: `${status} ${headers['content-type']} ${bytes.toString('utf8').slice(0, 300)}`,
      };
    return null;
  }

  async #faultOfBody(method, pathname, answer) {
    const { status, headers, isCut } = answer;
    // A stream that goes on was cut by us, within an event.
    const bytes = isCut ? answer.bytes.subarray(0, answer.bytes.lastIndexOf('\n\n') + 1) : answer.bytes;
    const response = new Response(BODILESS.has(status) ? null : bytes, { status, headers: flat(headers) });
    try {
      await this.#validator.check(method, pathname, response);
    } catch (error) {
      const lines = error.message.split('\n').slice(1);
      return {
        kind: `${status}: ${lines[0]
          ?.trim()
          .replace(/ \(.*|\/\d+/g, '')
          .slice(0, 90)}`,
        text: lines.join('\n').slice(0, 1500),
      };
    }
    const { code } = answer.json ?? {};
    if (isProblemType(headers) && ERRORS[code]?.status !== status)
      return { kind: 'a code of another status', text: `${status} ${code}` };
    return null;
  }
}

const isProblemType = (headers) => (headers['content-type'] ?? '').startsWith('application/problem+json');

const flat = (headers) =>
  Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((each) => [name, String(each).replace(/[^\x20-\x7e\x80-\xff]/g, '?')]),
  );

const VOLATILE =
  /(_at|At|Ms|ms|Date|date|time|Time|uptime|requestId|duration|latency|etag|key|Key|token|Token|hash|prefix|traceId|instanceId|expires.*|url|Url|webhookUrl|host)$/;
const MOMENT = /^\d{4}-\d\d-\d\dT/;
const SECRET = /^[\w-]{43}$/;

/** Without what two servers name differently: their ids, their addresses. */
const masked = (text) =>
  text.replace(/[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}/gi, 'ID').replace(/127\.0\.0\.1:\d+/g, 'HOST');

/** Says how the server itself is, which has another database. */
const OF_THE_SERVER = new Set([
  'getReadiness',
  'getMetrics',
  'getOpenAiServicesHealth',
  'getBotServices',
  'getOpenAiServiceStatus',
]);

/** Where two servers answer differently, or null; `isAlike` says which ids are the same thing. */
export function differenceOf(id, [first, second], isAlike) {
  if (first === undefined || second === undefined || first.acknowledgement !== undefined)
    return socketDifference(first, second);
  if (first.unsent !== undefined || first.error !== undefined || second.error !== undefined) return null;
  const name = ({ status, json }) => `${status} ${json?.code ?? ''}`;
  if (name(first) !== name(second)) return { kind: 'status', text: `${name(first)} and ${name(second)}` };
  if (OF_THE_SERVER.has(id) || first.status >= 300 || first.isStream || first.json === undefined) return null;
  const where = differingPlace(first.json, second.json, '', isAlike);
  return where === null ? null : { kind: 'body', text: where };
}

function socketDifference(first, second) {
  const name = (answer) =>
    answer?.acknowledgement?.problem?.code ?? (answer?.acknowledgement?.ok === true ? 'ok' : 'none');
  return name(first) === name(second) ? null : { kind: 'status', text: `${name(first)} and ${name(second)}` };
}

function differingPlace(a, b, place, isAlike) {
  if (typeof a !== typeof b || Array.isArray(a) !== Array.isArray(b)) return `${place}: ${show(a)} and ${show(b)}`;
  if (typeof a === 'object' && a !== null && b !== null) {
    const keys = [Object.keys(a), Object.keys(b)];
    if (keys[0].length !== keys[1].length) return `${place}: ${keys[0].length} and ${keys[1].length} entries`;
    for (const key of keys[0]) {
      if (VOLATILE.test(key)) continue;
      const found = differingPlace(a[key], b[key], `${place}.${key}`, isAlike);
      if (found !== null) return found;
    }
    return null;
  }
  if (a === b || (typeof a === 'string' && (isAlike([a, b]) || (MOMENT.test(a) && MOMENT.test(b))))) return null;
  if (typeof a === 'string' && (masked(a) === masked(b) || (SECRET.test(a) && SECRET.test(b)))) return null;
  return `${place}: ${show(a)} and ${show(b)}`;
}

const show = (value) => JSON.stringify(value)?.slice(0, 200);
