import { AppConfig, MetricsRegistry } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ServiceHealthService } from '../health/service-health.service.js';
import { FallbackRun, type Reach } from './fallback-run.js';
import type { ModelAnswer, ModelCall } from './model-call.js';
import { ServiceGates } from './service-gates.js';

/** Makes calls at the first service that can answer: waits, tries again, goes on to the next one. Every call of a bot's model comes through here. */
@Injectable()
export class ModelCallsService {
  private readonly calls = this.metrics.counter('model_calls_total', 'Calls of model services by service and outcome', [
    'service',
    'outcome',
  ]);
  private readonly reach: Reach;

  constructor(
    config: AppConfig,
    gates: ServiceGates,
    health: ServiceHealthService,
    private readonly metrics: MetricsRegistry,
  ) {
    const { attempts, fallbackWaitMs, queueMs } = config.provider;
    this.reach = {
      attempts,
      fallbackWaitMs,
      queueMs,
      gateOf: (target) => gates.of(target),
      learn: ({ serviceId, revision }, error) => health.learn(serviceId, revision, error),
      observe: ({ serviceId }, outcome) => this.calls.inc({ service: serviceId, outcome }),
    };
  }

  /** The same for an answer that is shown to no customer while it comes. */
  ask<T>(
    { targets, signal, limitMs }: Pick<ModelCall<T>, 'targets' | 'signal'> & { limitMs: number },
    ask: ModelCall<T>['ask'],
  ): Promise<ModelAnswer<T> | null> {
    const endsAt = performance.now() + limitMs;
    return this.call({ targets, signal, ask, timeLeftMs: () => endsAt - performance.now(), hasSpoken: () => false });
  }

  /**
   * The first answer that is whole. Null when the signal aborts. Throws the error of the last attempt, or MODEL_SERVICE_UNAVAILABLE, with
   * the time after which to try again, when no service could be called.
   */
  async call<T>(call: ModelCall<T>): Promise<ModelAnswer<T> | null> {
    try {
      const answer = await new FallbackRun(call, this.reach).run();
      return call.signal.aborted ? null : answer;
    } catch (error) {
      if (call.signal.aborted) return null;
      throw error;
    }
  }
}
