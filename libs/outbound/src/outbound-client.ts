import { AppConfig } from '@app/common';
import { Inject, Injectable, Optional, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, type Dispatcher } from 'undici';
import { AllowList } from './allow-list.js';
import { guardedConnector, resolveByDns, type Resolve } from './guarded-connector.js';
import { OutboundError } from './outbound-error.js';

const MAX_REDIRECTS = 3;
/** Deeper JSON is refused, so that code which walks it need not count. */
const MAX_LEVELS = 64;

export interface OutboundRequest {
  /** Sent as the body. */
  json: unknown;
  /** Sent to the origin of the address only. */
  headers?: Readonly<Record<string, string>>;
  /** For everything together: looking up, connecting, redirects, the whole answer. */
  timeoutMs: number;
  /** Of the answer's body. */
  maxBytes: number;
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  /** Undefined when the answer has no body. */
  json: unknown;
}

export interface OutboundOptions {
  resolve?: Resolve;
}

export const OUTBOUND_OPTIONS = Symbol('OUTBOUND_OPTIONS');

/**
 * The only way to addresses that people have configured. Nothing private is called unless `OUTBOUND_ALLOW_HOSTS` names it. Whatever goes
 * wrong is an {@link OutboundError}.
 */
@Injectable()
export class OutboundClient implements OnApplicationShutdown {
  private readonly agent: Agent;

  constructor(config: AppConfig, @Optional() @Inject(OUTBOUND_OPTIONS) options: OutboundOptions = {}) {
    const allowed = new AllowList(config.outbound.allowHosts);
    this.agent = new Agent({
      connect: guardedConnector(allowed, options.resolve ?? resolveByDns),
      // Every call opens its own connection: what was checked is what is called.
      pipelining: 0,
    });
  }

  /** Not before running answers have had their time to finish. */
  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  /** Posts JSON and reads a JSON answer with a status of success. Follows redirects within the origin that keep the method, no others. */
  async post(address: string, request: OutboundRequest): Promise<OutboundAnswer> {
    const timeUp = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeUp]) : timeUp;
    try {
      return await this.follow(urlOf(address), request, signal);
    } catch (error) {
      if (request.signal?.aborted) throw new OutboundError('aborted');
      if (timeUp.aborted) throw new OutboundError('too_slow');
      throw error instanceof OutboundError ? error : new OutboundError('unreachable', null, error);
    }
  }

  private async follow(url: URL, request: OutboundRequest, signal: AbortSignal, hop = 0): Promise<OutboundAnswer> {
    const answer = await this.agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'POST',
      headers: headersOf(request.headers ?? {}),
      body: JSON.stringify(request.json),
      signal,
    });
    if (answer.statusCode < 300 || answer.statusCode > 399) return readAnswer(answer, request.maxBytes);
    leave(answer);
    return this.follow(nextHop(answer, url, hop), request, signal, hop + 1);
  }
}

function urlOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new OutboundError('refused_address');
  return url;
}

const headersOf = (secrets: Readonly<Record<string, string>>): Record<string, string> => ({
  ...secrets,
  'content-type': 'application/json',
  accept: 'application/json',
  // What is packed could be a bomb.
  'accept-encoding': 'identity',
  'user-agent': 'baton',
});

/** Where a redirect leads to, when it keeps the POST and stays within the origin. All others are refused. */
function nextHop({ statusCode, headers }: Dispatcher.ResponseData, from: URL, hop: number): URL {
  const { location } = headers;
  const keepsMethod = statusCode === 307 || statusCode === 308;
  const url = typeof location === 'string' && URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (url === null || !keepsMethod || hop === MAX_REDIRECTS) throw new OutboundError('redirect', statusCode);
  if (url.origin !== from.origin) throw new OutboundError('redirect', statusCode);
  return urlOf(url.href);
}

async function readAnswer(answer: Dispatcher.ResponseData, maxBytes: number): Promise<OutboundAnswer> {
  const { statusCode: status, headers } = answer;
  const refuse = (error: OutboundError): never => {
    leave(answer);
    throw error;
  };
  if (status < 200 || status > 299) refuse(new OutboundError('bad_status', status));
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') refuse(new OutboundError('not_json', status));
  if (Number(headers['content-length'] ?? 0) > maxBytes) refuse(new OutboundError('too_large', status));
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer.body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) throw new OutboundError('too_large', status);
    parts.push(part);
  }
  return { status, json: size === 0 ? undefined : parse(Buffer.concat(parts), status) };
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
