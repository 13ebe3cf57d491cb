import { databaseTime, MetricsRegistry, WorkLoop } from '@app/common';
import { ERRORS, type ErrorCode } from '@app/contracts';
import { ProviderError } from '@app/openai';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { verdictOf } from '../calls/failures.js';
import { ServiceGates } from '../calls/service-gates.js';
import type { HealthState } from './assess-health.js';
import { ServiceRecord } from './service-record.js';
import { ServiceTroublesRepository, type Trouble, type WatchedService } from './service-troubles.repository.js';

const ROUND_MS = 30_000;
/** Three rounds: an instance that confirms no more has ended. */
const CONFIRMED_MS = 90_000;
const LEFT_BEHIND_MS = 900_000;

/** How well a service works, as callers see it. */
export interface ServiceAvailability {
  state: HealthState;
  /** A code and a sentence; null when nothing is wrong. */
  reason: { code: string; detail: string } | null;
  since: Date | null;
}

const SEVERITY: Record<HealthState, number> = { unknown: 0, up: 1, degraded: 2, down: 3 };
const FIGURES: Record<HealthState, number | null> = { up: 1, degraded: 0.5, down: 0, unknown: null };

const isTrouble = (state: HealthState): state is 'degraded' | 'down' => SEVERITY[state] > SEVERITY.up;
const worseOf = <Seen extends { state: HealthState }>(one: Seen, other: Seen): Seen =>
  SEVERITY[other.state] > SEVERITY[one.state] ? other : one;

/**
 * How well services work, told from the calls of this instance and from probes. Every instance judges by itself; what it finds wrong, and
 * nothing else, it stores for the others to show, and confirms it for as long as it lasts.
 */
@Injectable()
export class ServiceHealthService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ServiceHealthService.name);
  private readonly instanceId = uuidv7();
  private readonly records = new Map<string, ServiceRecord>();
  private readonly loop = new WorkLoop('Watching the model services', ROUND_MS, () => this.sync());
  private others: Trouble[] = [];
  private hasStored = false;

  constructor(
    private readonly troubles: ServiceTroublesRepository,
    private readonly gates: ServiceGates,
    metrics: MetricsRegistry,
  ) {
    metrics.labelledGauge(
      'model_service_health',
      'How well a model service works, as this instance sees it: 1 up, 0.5 degraded, 0 down',
      ['service'],
      () => this.figures(),
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
    this.loop.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    if (this.hasStored) await this.troubles.replaceOwn(this.instanceId, [], databaseTime()).catch(() => undefined);
  }

  /** A call of the service worked, or failed with this error. Errors that are not the service's say nothing. */
  learn(serviceId: string, revision: number, error: unknown): void {
    if (error !== null && !(error instanceof ProviderError)) return;
    const code = error !== null && verdictOf(error.code) !== 'none' ? error.code : null;
    const record = this.recordOf(serviceId);
    record.addCall(code, revision);
    if (this.reassess(serviceId, record)) this.loop.wake();
  }

  /** The worst that any instance sees, by the services' ids. */
  async describe(
    services: readonly Pick<WatchedService, 'id' | 'health' | 'updatedAt'>[],
  ): Promise<Map<string, ServiceAvailability>> {
    const others = await this.findOfOthers();
    return new Map(
      services.map(({ id, health, updatedAt }) => {
        const record = this.recordOf(id);
        record.setProbe(health, updatedAt.getTime());
        this.reassess(id, record);
        const own = { ...record.current, since: record.since === null ? null : new Date(record.since) };
        const seen = [own, ...others.filter(({ serviceId }) => serviceId === id)];
        return [id, availabilityOf(seen.reduce((one, other) => worseOf(one, other)))];
      }),
    );
  }

  /** All active services at once, without a look at the database; null when there is none. */
  summarise(): HealthState | null {
    const active = [...this.records].filter(([, { isActive }]) => isActive);
    if (active.length === 0) return null;
    const states = active.map(([id, { current }]): HealthState => {
      const seen = [{ state: current.state }, ...this.others.filter(({ serviceId }) => serviceId === id)];
      return seen.reduce((one, other) => worseOf(one, other)).state;
    });
    if (states.every((state) => state === 'down')) return 'down';
    if (states.some(isTrouble)) return 'degraded';
    return states.includes('up') ? 'up' : 'unknown';
  }

  private async sync(): Promise<void> {
    const now = databaseTime().getTime();
    const services = await this.troubles.listServices();
    this.keepOnly(new Set(services.map(({ id }) => id)));
    for (const { id, displayName, isActive, health, updatedAt } of services) {
      const record = this.recordOf(id);
      Object.assign(record, { name: displayName, isActive });
      record.setProbe(health, updatedAt.getTime());
      this.reassess(id, record);
    }
    const own = [...this.records].flatMap(([id, record]) => troubleOf(id, record));
    if (own.length > 0 || this.hasStored) await this.troubles.replaceOwn(this.instanceId, own, new Date(now));
    this.hasStored = own.length > 0;
    this.others = await this.findOfOthers();
    await this.troubles.deleteUnconfirmed(new Date(now - LEFT_BEHIND_MS));
  }

  private findOfOthers(): Promise<Trouble[]> {
    return this.troubles.findOfOthers(this.instanceId, new Date(databaseTime().getTime() - CONFIRMED_MS));
  }

  private recordOf(serviceId: string): ServiceRecord {
    let record = this.records.get(serviceId);
    if (record === undefined) this.records.set(serviceId, (record = new ServiceRecord()));
    return record;
  }

  /** Logs a change once. True when there was one. */
  private reassess(serviceId: string, record: ServiceRecord): boolean {
    const before = record.reassess(this.gates.isOpen(serviceId));
    if (before === null) return false;
    const { state, code } = record.current;
    const said = `The model service ${record.name || serviceId} is ${state}`;
    if (isTrouble(state)) this.logger.warn({ serviceId, state, code }, `${said}: ${code}`);
    else if (isTrouble(before.state)) this.logger.log({ serviceId, state }, said);
    return true;
  }

  private keepOnly(serviceIds: ReadonlySet<string>): void {
    for (const id of this.records.keys()) if (!serviceIds.has(id)) this.records.delete(id);
    this.gates.keepOnly(serviceIds);
  }

  private figures(): { labels: { service: string }; value: number }[] {
    return [...this.records].flatMap(([service, { current }]) => {
      const value = FIGURES[current.state];
      return value === null ? [] : [{ labels: { service }, value }];
    });
  }
}

const troubleOf = (serviceId: string, { current: { state, code }, since }: ServiceRecord): Trouble[] =>
  isTrouble(state) ? [{ serviceId, state, code: code ?? '', since: new Date(since ?? databaseTime().getTime()) }] : [];

function availabilityOf({ state, code, since }: { state: HealthState; code: string | null; since: Date | null }) {
  const title = code !== null && Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].title : 'It does not work';
  return { state, since, reason: code === null ? null : { code, detail: `${title}.` } };
}
