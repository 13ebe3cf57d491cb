import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'baton_';

interface LabelledValue<Label extends string> {
  labels: Record<Label, string>;
  value: number;
}

/** The figures of one application. Names get the prefix `baton_`; each is created once, by the feature that owns it. */
@Injectable()
export class MetricsRegistry {
  private readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  counter<Label extends string = never>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ name: PREFIX + name, help, buckets, labelNames, registers: [this.registry] });
  }

  /** A gauge that is set as things change, or, with `read`, asked whenever the figures are collected. */
  gauge(name: string, help: string, read?: () => number | Promise<number>): Gauge {
    return new Gauge({
      name: PREFIX + name,
      help,
      registers: [this.registry],
      ...(read && {
        async collect(): Promise<void> {
          this.set(await read());
        },
      }),
    });
  }

  /** A gauge with one figure for each combination of labels, asked whenever the figures are collected. Callers bound their number. */
  labelledGauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    read: () => LabelledValue<Label>[] | Promise<LabelledValue<Label>[]>,
  ): Gauge<Label> {
    return new Gauge({
      name: PREFIX + name,
      help,
      labelNames,
      registers: [this.registry],
      async collect(): Promise<void> {
        const values = await read();
        this.reset();
        for (const { labels, value } of values) this.set(labels, value);
      },
    });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Everything in the Prometheus text format. */
  async render(): Promise<string> {
    return this.registry.metrics();
  }
}
