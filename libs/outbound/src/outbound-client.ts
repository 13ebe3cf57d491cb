import { traceHeaders, type AppConfig } from '@app/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Agent, type Dispatcher } from 'undici';
import { AllowList } from './allow-list.js';
import { guardedConnector, resolveByDns, type Resolve } from './guarded-connector.js';
import { OutboundError } from './outbound-error.js';

const MAX_REDIRECTS = 3;
/** Deeper JSON is refused, so that code which walks it need not count. */
const MAX_LEVELS = 64;

/** What a call may bring along and cost. */
export interface OutboundCall {
  /** Sent to the origin of the address only. */
  headers?: Readonly<Record<string, string>>;
  /** For everything together: looking up, connecting, redirects, the whole answer. */
  timeoutMs: number;
  /** Of the answer's body. */
  maxBytes: number;
  signal?: AbortSignal;
}

export interface OutboundRequest extends OutboundCall {
  /** Sent as the body. */
  json: unknown;
}

export interface OutboundAnswer {
  status: number;
  /** Undefined when the answer has no body. */
  json: unknown;
}

export interface OutboundFile {
  /** As the other side calls it, in small letters and without parameters; empty when it does not say. */
  contentType: string;
  bytes: Buffer;
}

/**
 * The only way to addresses that people have configured. Nothing private is called unless `OUTBOUND_ALLOW_HOSTS` names it. Whatever goes
 * wrong is an {@link OutboundError}.
 */
export class OutboundClient implements OnApplicationShutdown {
  private readonly agent: Agent;

  constructor(config: AppConfig, resolve: Resolve = resolveByDns) {
    const allowed = new AllowList(config.outbound.allowHosts);
    this.agent = new Agent({
      connect: guardedConnector(allowed, resolve),
      // Every call opens its own connection: what was checked is what is called.
      pipelining: 0,
    });
  }

  /** Not before running answers have had their time to finish. */
  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  /** Posts JSON and reads a JSON answer with a status of success. Follows redirects within the origin that keep the method, no others. */
  post(address: string, request: OutboundRequest): Promise<OutboundAnswer> {
    const headers = headersOf({ ...request.headers, 'content-type': 'application/json', accept: 'application/json' });
    const body = JSON.stringify(request.json);
    return this.within(request, async (signal) => {
      const answer = await this.follow(urlOf(address), signal, nextPost, { method: 'POST', headers, body });
      return readAnswer(answer, request.maxBytes);
    });
  }

  /**
   * Gets a file. Follows redirects, as far as each address may be called; what leads to another origin, like the place where a service
   * keeps its files, gets none of the headers.
   */
  download(address: string, call: OutboundCall): Promise<OutboundFile> {
    return this.within(call, async (signal) => {
      const headers = headersOf(call.headers ?? {});
      const answer = await this.follow(urlOf(address), signal, nextGet, { method: 'GET', headers });
      const type = answer.headers['content-type'];
      const contentType = String(type ?? '')
        .replace(/;.*/s, '')
        .trim()
        .toLowerCase();
      return { contentType, bytes: await readBytes(answer, call.maxBytes) };
    });
  }

  /** Everything that can go wrong, as one kind of error. */
  private async within<Result>(
    { timeoutMs, signal: given }: OutboundCall,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const timeUp = AbortSignal.timeout(timeoutMs);
    try {
      return await work(given ? AbortSignal.any([given, timeUp]) : timeUp);
    } catch (error) {
      if (given?.aborted) throw new OutboundError('aborted');
      if (timeUp.aborted) throw new OutboundError('too_slow');
      throw error instanceof OutboundError ? error : new OutboundError('unreachable', null, error);
    }
  }

  private async follow(url: URL, signal: AbortSignal, next: NextHop, sent: Sent, hop = 0): Promise<Answer> {
    const answer = await this.agent.request({ origin: url.origin, path: url.pathname + url.search, signal, ...sent });
    if (answer.statusCode < 300 || answer.statusCode > 399) return answer;
    leave(answer);
    const target = hop === MAX_REDIRECTS ? null : next(answer, url);
    if (target === null) throw new OutboundError('redirect', answer.statusCode);
    const carried = target.origin === url.origin ? sent : { ...sent, headers: headersOf({}) };
    return this.follow(urlOf(target.href), signal, next, carried, hop + 1);
  }
}

type Answer = Dispatcher.ResponseData;
type Sent = Pick<Dispatcher.RequestOptions, 'method' | 'body'> & { headers: Record<string, string> };
/** Where a redirect leads to; null when it is not followed. */
type NextHop = (answer: Answer, from: URL) => URL | null;

function urlOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new OutboundError('refused_address');
  return url;
}

const headersOf = (given: Readonly<Record<string, string>>): Record<string, string> => ({
  ...traceHeaders(),
  ...given,
  // What is packed could be a bomb.
  'accept-encoding': 'identity',
  'user-agent': 'baton',
});

function locationOf({ headers: { location } }: Answer, from: URL): URL | null {
  return typeof location === 'string' && URL.canParse(location, from.href) ? new URL(location, from) : null;
}

/** A redirect that keeps the POST and stays within the origin. */
const nextPost: NextHop = (answer, from) => {
  const url = locationOf(answer, from);
  const keepsMethod = answer.statusCode === 307 || answer.statusCode === 308;
  return keepsMethod && url?.origin === from.origin ? url : null;
};

/** Any redirect, unless it gives up encryption. */
const nextGet: NextHop = (answer, from) => {
  const url = locationOf(answer, from);
  return url !== null && (url.protocol === 'https:' || from.protocol === 'http:') ? url : null;
};

async function readAnswer(answer: Answer, maxBytes: number): Promise<OutboundAnswer> {
  const { statusCode: status } = answer;
  const bytes = await readBytes(answer, maxBytes);
  return { status, json: bytes.length === 0 ? undefined : parse(bytes, status) };
}

async function readBytes(answer: Answer, maxBytes: number): Promise<Buffer> {
  const { statusCode: status, headers } = answer;
  const refuse = (error: OutboundError): never => {
    leave(answer);
    throw error;
  };
  if (status < 200 || status > 299) refuse(new OutboundError('bad_status', status));
  if (Number(headers['content-length'] ?? 0) > maxBytes) refuse(new OutboundError('too_large', status));
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer.body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) throw new OutboundError('too_large', status);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Whatever is sent as, JSON is what reads as JSON. */
function parse(bytes: Buffer, status: number): unknown {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isShallow(json, MAX_LEVELS)) return json;
  } catch {
    // Told below, without any of it.
  }
  throw new OutboundError('not_json', status);
}

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1)));

/** Closes the connection instead of reading what is not needed. */
function leave({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => undefined);
  body.destroy();
}
