import type { TurnUsage } from '@app/contracts';
import type { SqlRow } from '@app/database';
import type { ProviderEvent, ProviderRequest } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { CallMeterService, NO_CALL_USAGE, settledRow } from '../../../accounting/index.js';
import { NO_USAGE } from '../turn.types.js';
import type { LiveTurn } from './live-turn.js';

/**
 * The only way from a turn to the model service. Every call of {@link stream} is one attempt with a row of its own in the ledger. The first
 * one was reserved when the turn started; each later one is reserved in a commit before it is made, which settles the calls before it. The
 * last call is settled by the commit that ends the turn, with the rows of {@link settlementsOf}.
 */
@Injectable()
export class TurnMeter {
  constructor(private readonly calls: CallMeterService) {}

  /**
   * Makes one attempt and answers with its events, as `OpenAiProvider.stream` does; errors pass through. The service that is charged is
   * `live.serviceId`, the model that of the request: both must be those that are called.
   */
  async stream(live: LiveTurn, request: ProviderRequest): Promise<AsyncIterable<ProviderEvent>> {
    const { firstCall } = live.turn;
    const isFirst = live.calls.length === 0;
    const { round, attempt } = placeOf(live);
    const plan = {
      ...firstCall,
      serviceId: live.serviceId ?? '',
      round,
      attempt,
      isRequest: isFirst && firstCall.isRequest,
    };
    const { call, events } = await this.calls.open(plan, request, live.signal, {
      reserved: isFirst ? firstCall : null,
      ended: live.calls.filter(({ isSettled }) => !isSettled),
    });
    live.calls.push(call);
    return events;
  }

  /** What the turn has used: the sum of its calls. */
  usageOf(live: LiveTurn): TurnUsage {
    return live.calls.reduce((sum, { usage }) => {
      return {
        inputTokens: sum.inputTokens + usage.inputTokens,
        cachedTokens: sum.cachedTokens + usage.cachedTokens,
        outputTokens: sum.outputTokens + usage.outputTokens,
        reasoningTokens: sum.reasoningTokens + usage.reasoningTokens,
        isEstimated: sum.isEstimated || usage.isEstimated,
      };
    }, NO_USAGE);
  }

  /**
   * The rows of the calls that are not settled yet.
   * @param outcome of a turn that has made no call: its reservation is settled as used for nothing
   */
  settlementsOf({ turn, calls }: LiveTurn, outcome: string): SqlRow[] {
    if (calls.length === 0)
      return [settledRow(turn.firstCall, { usage: NO_CALL_USAGE, outcome, firstTextMs: null, durationMs: null }, null)];
    return calls.filter(({ isSettled }) => !isSettled).map((call) => call.settlement());
  }
}

/** A call that was answered ends a round. */
function placeOf({ calls }: LiveTurn): { round: number; attempt: number } {
  const answered = calls.filter(({ outcome }) => outcome === 'ok').length;
  const sinceThen = calls.length - 1 - calls.findLastIndex(({ outcome }) => outcome === 'ok');
  return { round: answered + 1, attempt: sinceThen + 1 };
}
