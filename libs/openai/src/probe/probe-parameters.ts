import type { ProviderRequest } from '../provider.types.js';
import type { ProbeCalls } from './probe-calls.js';

/**
 * What bots may ask for. One by one where services refuse one because of another: some take no temperature from a model that thinks, or not
 * together with `top_p`.
 */
const ASKED: readonly Partial<ProviderRequest>[] = [
  { parameters: { stop: ['\u2404'], seed: 1, verbosity: 'medium' } },
  { temperature: 0.5 },
  { parameters: { reasoningEffort: 'medium' } },
];

/** Asks for every parameter of bots. The answers say nothing: what the service refuses is remembered by the calls. */
export async function learnParameters(calls: ProbeCalls, request: ProviderRequest): Promise<void> {
  for (const asked of ASKED) {
    if (calls.isOver) return;
    try {
      await calls.collect({ ...request, ...asked });
    } catch {
      // Nothing is known about these parameters, and nothing is learned.
    }
  }
}
