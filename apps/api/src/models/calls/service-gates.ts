import { AppConfig, MetricsRegistry } from '@app/common';
import { Injectable } from '@nestjs/common';
import type { ModelTarget } from './model-call.js';
import { ServiceGate } from './service-gate.js';

/** The gates of this instance, one for each service. They are in memory: every instance has its own, and a new one begins with all open. */
@Injectable()
export class ServiceGates {
  private readonly gates = new Map<string, ServiceGate>();

  constructor(
    private readonly config: AppConfig,
    metrics: MetricsRegistry,
  ) {
    const sums = (read: (gate: ServiceGate) => number) => () =>
      [...this.gates].map(([service, gate]) => ({ labels: { service }, value: read(gate) }));
    metrics.labelledGauge(
      'model_calls_running',
      'Calls of model services that this instance makes now, by service',
      ['service'],
      sums(({ slots }) => slots.running),
    );
    metrics.labelledGauge(
      'model_calls_waiting',
      'Calls that wait for a place at a model service, by service',
      ['service'],
      sums(({ slots }) => slots.waiting),
    );
  }

  of({ serviceId, revision, maxConcurrency }: ModelTarget): ServiceGate {
    const gate = this.gates.get(serviceId) ?? this.add(serviceId);
    gate.adopt(revision, maxConcurrency);
    return gate;
  }

  isOpen(serviceId: string): boolean {
    return this.gates.get(serviceId)?.isOpen ?? false;
  }

  /** Forgets the services that are not there any more. */
  keepOnly(serviceIds: ReadonlySet<string>): void {
    for (const [id, { slots }] of this.gates) if (!serviceIds.has(id) && slots.running === 0) this.gates.delete(id);
  }

  private add(serviceId: string): ServiceGate {
    const { breakerFailures: failures, breakerOpenMs: openMs } = this.config.provider;
    const gate = new ServiceGate({ failures, openMs });
    this.gates.set(serviceId, gate);
    return gate;
  }
}
