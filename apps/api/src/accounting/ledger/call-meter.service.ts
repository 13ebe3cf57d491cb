import { databaseTime } from '@app/common';
import { OpenAiProvider, type AnswerWatch, type ProviderEvent, type ProviderRequest } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { BudgetsService } from '../budgets/budgets.service.js';
import { costOf, type Rates } from '../prices/price-book.js';
import { PriceBookService } from '../prices/price-book.service.js';
import { CallLedgerRepository } from './call-ledger.repository.js';
import { NO_CALL_USAGE, reservedRow, type Call, type CallPurpose, roughTokens } from './ledger-rows.js';
import { MeteredCall } from './metered-call.js';

/** A call as its caller describes it. */
export interface CallPlan extends CallPurpose {
  serviceId: string;
  round: number;
  attempt: number;
  isRequest: boolean;
}

/** An attempt whose reservation is durable, and its answer. */
export interface OpenedCall {
  call: MeteredCall;
  events: AsyncIterable<ProviderEvent>;
}

/** How long an answer is expected to be at most where nothing limits it. */
const LONG_ANSWER_TOKENS = 2048;

/**
 * The only way to an answer of a model service, but for probes, which it follows: every call has a row in the ledger before it is made
 * (reserved), and its figures in that row after it (settled). Errors of the service pass through as they are.
 */
@Injectable()
export class CallMeterService {
  constructor(
    private readonly provider: OpenAiProvider,
    private readonly ledger: CallLedgerRepository,
    private readonly prices: PriceBookService,
    private readonly budgets: BudgetsService,
  ) {}

  /** Streams one answer and settles it by itself, also when it fails or its reader leaves early. For calls outside of turns. */
  async *stream(
    plan: Omit<CallPlan, 'round' | 'attempt' | 'isRequest'>,
    request: ProviderRequest,
    signal: AbortSignal,
  ) {
    const { call, events } = await this.open({ ...plan, round: 1, attempt: 1, isRequest: true }, request, signal);
    try {
      yield* events;
    } finally {
      await this.settle([call]);
    }
  }

  /**
   * Reserves a call and makes it. The caller settles it: within a transaction of its own by `writeCalls`, or by {@link settle}. Throws
   * MODEL_UNPRICED where the server makes no calls without a price, and BUDGET_EXCEEDED where a budget is used up; then no call is made,
   * and another one can be opened in its place.
   * @param reserved the call in whose name a row was reserved already; then nothing is written
   * @param ended calls that have ended and are settled in the same commit
   */
  async open(
    plan: CallPlan,
    request: ProviderRequest,
    signal: AbortSignal,
    { reserved = null, ended = [] }: { reserved?: Call | null; ended?: readonly MeteredCall[] } = {},
  ): Promise<OpenedCall> {
    const at = reserved?.at ?? databaseTime();
    const rates = await this.prices.priceOf(plan.serviceId, request.model, at);
    const bookings = await this.budgets.bookingsFor(plan, () => expectedCostOf(request, rates), at);
    const planned = { ...plan, model: request.model, id: reserved?.id ?? uuidv7(), at };
    const call = new MeteredCall(planned, request, rates, bookings);
    if (reserved === null || ended.length > 0 || bookings.length > 0) {
      const settled = ended.map((each) => each.settlement());
      const isNoted = reserved !== null && bookings.length === 0;
      const row = isNoted ? null : reservedRow(planned, roughTokensOf(request), bookings);
      const refused = await this.ledger.write({ settled, reserved: row, bookings });
      for (const each of ended) each.isSettled = true;
      if (refused !== null) throw this.budgets.refusalOf(refused);
    }
    return { call, events: call.pass(this.provider.stream(request, signal)) };
  }

  /**
   * For calls that another makes, as the probe does: `watch` meters their answers, and `settle` books them once all of them have ended.
   * They count as no request. Budgets are charged with them and refuse none, nor does the lack of a price.
   */
  async follow(
    purpose: CallPurpose & { serviceId: string },
  ): Promise<{ watch: AnswerWatch; settle: () => Promise<void> }> {
    const prices = await this.prices.book();
    const bookings = await this.budgets.bookingsFor(purpose, () => 0, databaseTime());
    const calls: MeteredCall[] = [];
    const watch: AnswerWatch = (request, answer) => {
      const at = databaseTime();
      const { model } = request;
      const planned = { ...purpose, id: uuidv7(), model, round: calls.length + 1, attempt: 1, isRequest: false, at };
      const call = new MeteredCall(planned, request, prices.find(purpose.serviceId, model, at), bookings);
      calls.push(call);
      return call.pass(answer);
    };
    return { watch, settle: () => this.settle(calls) };
  }

  async settle(calls: readonly MeteredCall[]): Promise<void> {
    if (calls.length === 0) return;
    await this.ledger.write({ settled: calls.map((call) => call.settlement()), reserved: null, bookings: [] });
    for (const call of calls) call.isSettled = true;
  }
}

/** What a request sends, in tokens of four characters: cheap enough to be counted before every call. */
const roughTokensOf = ({ instructions, items }: ProviderRequest): number =>
  roughTokens(instructions.length + JSON.stringify(items).length);

/** What is held for a call from the budgets while it runs; nothing for a model without a price. */
function expectedCostOf(request: ProviderRequest, rates: Rates | null): number {
  const outputTokens = request.maxOutputTokens ?? LONG_ANSWER_TOKENS;
  return costOf({ ...NO_CALL_USAGE, inputTokens: roughTokensOf(request), outputTokens }, rates) ?? 0;
}
