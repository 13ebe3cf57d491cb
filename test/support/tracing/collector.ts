import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { eventually } from '../eventually.js';
import { readSpans, type ReceivedSpan } from './otlp-reader.js';

/** How the collector treats what is sent to it: takes it, refuses it, never answers, answers late. */
export type Mood = 'well' | 'refusing' | 'silent' | 'slow';

const SLOW_MS = 500;

/** Stands in for an OpenTelemetry collector: takes OTLP over HTTP on this machine, and reads it. */
export class Collector {
  readonly spans: ReceivedSpan[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  /** Requests so far, whatever became of them. */
  requests = 0;
  mood: Mood = 'well';
  private readonly server = createServer((request, response) => void this.take(request, response));

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  of(traceId: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  /** The spans of a trace, once those that are waited for have come. */
  async trace(traceId: string, isComplete: (spans: ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]> {
    return eventually(() => this.of(traceId), isComplete);
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (this.mood === 'silent') return;
    if (this.mood === 'refusing') return void response.writeHead(400).end();
    this.headers.push(request.headers);
    const body = Buffer.concat(parts);
    this.spans.push(...readSpans(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
    const answer = (): void => void response.setHeader('content-type', 'application/x-protobuf').end();
    if (this.mood === 'slow') setTimeout(answer, SLOW_MS);
    else answer();
  }
}
