import { AppConfig, instanceFull, MetricsRegistry, type EventStream } from '@app/common';
import { Injectable } from '@nestjs/common';

/** Counts the event streams of this instance: it keeps so many open, and no more. */
@Injectable()
export class OpenStreams {
  private readonly open = new Set<EventStream>();
  private readonly gauge = this.metrics.gauge('streams_open', 'Readers connected to this instance by SSE');

  constructor(
    private readonly config: AppConfig,
    private readonly metrics: MetricsRegistry,
  ) {}

  /** Throws INSTANCE_FULL when no further stream may be opened: to be asked before anything is done for it. */
  requireRoom(): void {
    if (this.open.size >= this.config.http.streamsLimit) throw instanceFull('Too many streams are open.');
  }

  /** Counts the stream until it is closed. */
  add(stream: EventStream): void {
    this.open.add(stream);
    this.gauge.set(this.open.size);
    stream.once('close', () => {
      this.open.delete(stream);
      this.gauge.set(this.open.size);
    });
  }
}
