import { StringDecoder } from 'node:string_decoder';
import type { Dispatcher } from 'undici';
import { AnswerQueue } from './answer-queue.js';
import type { AnswerReader, DialectAdapter } from '../dialects/dialect-adapter.js';
import { errorFromAnswer, errorFromTransport, ProviderError, type Secrets } from '../errors/provider-error.js';
import type { AnswerHeaders } from '../errors/retry-after.js';
import { SseParser } from './sse-parser.js';

const LONGEST_ERROR_BODY = 64 * 1024;
const LONGEST_START = 4096;
const LONGEST_BODY = 64 * 1024 * 1024;
/** Some services put the end of a stream behind an answer that is none. */
const FINAL_MARKER = /\s*data:\s*\[DONE\]\s*$/;
const BEGINS_EVENTS = /^(data|event|id|retry)?:/;
const MAY_BEGIN_EVENTS = /^(d(a(ta?)?)?|e(v(e(nt?)?)?)?|i(d)?|r(e(t(ry?)?)?)?)?$/;

/**
 * One call of a service, from the bytes on the socket to the events in the queue. Runs inside undici's callbacks: a chunk is
 * decoded, parsed and queued in one go, without streams or promises between.
 */
export class AnswerStream implements Dispatcher.DispatchHandler {
  readonly queue: AnswerQueue;
  /** Whether the service really streamed: some ignore the wish. */
  streamed = false;

  private controller: Dispatcher.DispatchController | null = null;
  private readonly reader: AnswerReader;
  private readonly parser: SseParser;
  private readonly decoder = new StringDecoder('utf8');
  /** The answer is one JSON document. */
  private isWhole = false;
  private status = 0;
  private headers: AnswerHeaders = {};
  private body = '';
  private received = 0;

  constructor(
    adapter: DialectAdapter,
    private readonly secrets: Secrets,
    private readonly signal: AbortSignal,
    origin?: string,
  ) {
    this.queue = new AnswerQueue(secrets, (cancelled) => this.settled(cancelled), origin);
    this.reader = adapter.reader(this.queue);
    this.parser = new SseParser((event, data) => this.reader.event(event, data));
    if (signal.aborted) this.queue.cancel();
    else signal.addEventListener('abort', this.abort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.queue.settled) controller.abort(new Error('No longer wanted.'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (status < 200 || this.queue.settled) return;
    this.status = status;
    this.headers = headers;
  }

  /** What a service answered to a request that failed. */
  get refusal(): { status: number; said: string } {
    return { status: this.status, said: this.status >= 300 ? this.body : JSON.stringify(this.queue.reported ?? '') };
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.queue.settled) return;
    const text = this.decoder.write(chunk);
    this.received += chunk.length;
    if (this.status >= 300) {
      this.body += text;
      if (this.received > LONGEST_ERROR_BODY) this.failWithAnswer();
    } else if (this.received > LONGEST_BODY) {
      this.fail('PROVIDER_MALFORMED', 'The answer of the model service is too long.');
    } else if (this.streamed) {
      this.read(() => this.parser.push(text));
    } else {
      this.body += text;
      if (!this.isWhole) this.recognise();
    }
  }

  /** By how it begins: services and proxies label event streams as plain text or JSON, and JSON as an event stream. */
  private recognise(): void {
    const start = this.body
      .slice(0, LONGEST_START)
      .replace(/^\ufeff/, '')
      .trimStart();
    if (BEGINS_EVENTS.test(start)) {
      const { body } = this;
      this.body = '';
      this.streamed = true;
      this.read(() => this.parser.push(body));
    } else if (start.startsWith('{') || start.startsWith('[')) {
      this.isWhole = true;
    } else if (!MAY_BEGIN_EVENTS.test(start)) {
      this.fail('PROVIDER_MALFORMED', 'The model service answered with neither JSON nor an event stream.');
    }
  }

  onResponseEnd(): void {
    if (this.queue.settled) return;
    if (this.status >= 300) {
      this.failWithAnswer();
    } else if (this.streamed) {
      this.endOfStream();
      this.fail('PROVIDER_INCOMPLETE', 'The model service ended its answer without saying that it is complete.');
    } else {
      if (this.isWhole) this.read(() => this.reader.whole(this.body.replace(FINAL_MARKER, '')));
      this.fail('PROVIDER_INCOMPLETE', 'The answer of the model service is not complete.');
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.queue.settled) return;
    if (this.status >= 300) {
      this.failWithAnswer();
      return;
    }
    if (this.streamed) this.endOfStream();
    this.queue.fail(errorFromTransport(error, this.status > 0));
  }

  private readonly abort = (): void => this.queue.cancel();

  /** The last event may be unfinished, or have all that is needed. */
  private endOfStream(): void {
    try {
      this.parser.push(this.decoder.end());
      this.parser.end();
    } catch {
      return;
    }
    this.reader.end();
  }

  private read(step: () => void): void {
    try {
      step();
    } catch (error) {
      const detail = error instanceof RangeError ? error.message : 'The answer of the model service cannot be read.';
      this.fail('PROVIDER_MALFORMED', detail);
    }
  }

  private fail(code: 'PROVIDER_MALFORMED' | 'PROVIDER_INCOMPLETE', detail: string): void {
    this.queue.fail(new ProviderError(code, { detail, providerStatus: this.status }));
  }

  private failWithAnswer(): void {
    this.queue.fail(errorFromAnswer(this.status, this.body, this.headers, this.secrets));
  }

  /** The connection goes back to the pool after a complete answer, and is given up otherwise. */
  private settled(cancelled: boolean): void {
    this.signal.removeEventListener('abort', this.abort);
    if (cancelled) this.controller?.abort(new Error('No longer wanted.'));
  }
}
