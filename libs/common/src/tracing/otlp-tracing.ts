import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as OtelSpan,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator, type ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AppConfig } from '../config/app-config.js';
import { AppError } from '../errors/app-error.js';
import { VERSION } from '../package.js';
import type { Span, SpanAttributes, SpanStart } from './span.js';
import { Tracing, type TraceStart } from './tracing.js';

export type TracingSettings = NonNullable<AppConfig['tracing']>;

const LIMITS = { attributeValueLengthLimit: 256, attributeCountLimit: 64, eventCountLimit: 32, linkCountLimit: 128 };
/** Spans that wait to be sent; more are dropped. A slow or silent collector costs no more memory than this. */
const QUEUE = { maxQueueSize: 4096, maxExportBatchSize: 512, scheduledDelayMillis: 2000, exportTimeoutMillis: 10_000 };
/** Below one span: a request that stays open for hours does not get thousands. */
const MOST_CHILDREN = 200;
const STOP_WITHIN_MS = 1000;

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

const SAMPLERS: Record<TracingSettings['sampler'], (ratio: number) => Sampler> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

const propagator = new W3CTraceContextPropagator();
const FROM_HEADERS = {
  keys: (headers: object): string[] => Object.keys(headers),
  get: (headers: TraceStart['parent'], name: string): string | string[] | undefined => headers?.[name],
};
const INTO_HEADERS = {
  set: (headers: Record<string, string>, name: string, value: string): void => void (headers[name] = value),
};

/** Traces that are sent to a collector by OTLP over HTTP, as protobuf. Loaded only where one is configured. */
export class OtlpTracing extends Tracing {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;

  /** @param report is told when the collector stops taking spans, with the reason, and, with null, when it takes them again */
  constructor(settings: TracingSettings, report: (failure: string | null) => void) {
    super();
    const exporter = new OTLPTraceExporter({ url: settings.url, headers: settings.headers });
    this.provider = new TracerProvider({
      resource: defaultResource()
        .merge(detectResources({ detectors: [envDetector] }))
        .merge(
          resourceFromAttributes({
            'service.name': settings.serviceName,
            'service.version': VERSION,
            'service.instance.id': randomUUID(),
          }),
        ),
      sampler: SAMPLERS[settings.sampler](settings.ratio),
      spanLimits: LIMITS,
      spanProcessors: [new BatchSpanProcessor({ exporter: watched(exporter, report), ...QUEUE })],
    });
    this.tracer = this.provider.getTracer('baton', VERSION);
  }

  override start(name: string, { kind, parent, cause, attributes = {} }: TraceStart): Span {
    const context = parent ? propagator.extract(ROOT_CONTEXT, parent, FROM_HEADERS) : ROOT_CONTEXT;
    const span = this.tracer.startSpan(name, { kind: KINDS[kind], attributes }, context);
    const isElsewhere = cause !== undefined && cause.spanId !== trace.getSpanContext(context)?.spanId;
    if (isElsewhere) span.addLink({ context: contextOf(cause) });
    return new OtlpSpan(this.tracer, span, context);
  }

  override async stop(): Promise<void> {
    const stopped = this.provider.shutdown().catch(() => undefined);
    await Promise.race([stopped, delay(STOP_WITHIN_MS, undefined, { ref: false })]);
  }
}

class OtlpSpan implements Span {
  private readonly context: Context;
  private children = 0;

  constructor(
    private readonly tracer: Tracer,
    private readonly span: OtelSpan,
    parent: Context,
  ) {
    this.context = trace.setSpan(parent, span);
  }

  get place(): SpanContext {
    return this.span.spanContext();
  }

  get traceId(): string {
    return this.place.traceId;
  }

  get spanId(): string {
    return this.place.spanId;
  }

  get isRecording(): boolean {
    return this.span.isRecording();
  }

  headers(): Record<string, string> {
    const headers: Record<string, string> = {};
    propagator.inject(this.context, headers, INTO_HEADERS);
    return headers;
  }

  child(name: string, { kind = 'internal', attributes = {} }: SpanStart = {}): Span | null {
    if (++this.children > MOST_CHILDREN) {
      this.set({ 'baton.children_left_out': this.children - MOST_CHILDREN });
      return null;
    }
    return new OtlpSpan(
      this.tracer,
      this.tracer.startSpan(name, { kind: KINDS[kind], attributes }, this.context),
      this.context,
    );
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes(attributes);
  }

  event(name: string): void {
    this.span.addEvent(name);
  }

  link(other: Span): void {
    this.span.addLink({ context: contextOf(other) });
  }

  end(error?: unknown): void {
    if (error !== undefined) {
      this.set({ 'error.type': codeOf(error) });
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

/** All spans of a process are of one kind. */
const contextOf = (span: Span): SpanContext => (span as OtlpSpan).place;

function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  if (typeof error === 'string') return error;
  const { code, name } = error as { code?: string | number; name?: string };
  return String(code ?? name ?? 'unknown');
}

/** The exporter, with a word about whether spans arrive. */
function watched(exporter: SpanExporter, report: (failure: string | null) => void): SpanExporter {
  let isFailing = false;
  return {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
      exporter.export(spans, (result) => {
        const hasFailed = result.error !== undefined;
        if (hasFailed !== isFailing) report(hasFailed ? codeOf(result.error) : null);
        isFailing = hasFailed;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
