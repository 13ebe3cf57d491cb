import { OpenAiProvider, type ProviderEvent, type ProviderRequest } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { CallLedgerRepository } from './call-ledger.repository.js';
import { reservedRow, type Call, type CallPurpose } from './ledger-rows.js';
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

const CHARACTERS_PER_TOKEN = 4;

/**
 * The only way to an answer of a model service: every call has a row in the ledger before it is made (reserved), and its figures in that
 * row after it (settled). Errors of the service pass through as they are.
 */
@Injectable()
export class CallMeterService {
  constructor(
    private readonly provider: OpenAiProvider,
    private readonly ledger: CallLedgerRepository,
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
   * Reserves a call and makes it. The caller settles it: within a transaction of its own by `writeCalls`, or by {@link settle}.
   * @param reserved the call in whose name a row was reserved already; then nothing is written
   * @param ended calls that have ended and are settled in the same commit
   */
  async open(
    plan: CallPlan,
    request: ProviderRequest,
    signal: AbortSignal,
    { reserved = null, ended = [] }: { reserved?: Call | null; ended?: readonly MeteredCall[] } = {},
  ): Promise<OpenedCall> {
    const call = new MeteredCall(
      { ...plan, model: request.model, id: reserved?.id ?? uuidv7(), at: reserved?.at ?? new Date() },
      request,
    );
    const rows = ended.map((each) => each.settlement());
    if (reserved === null) rows.push(reservedRow(call.call, roughTokensOf(request)));
    if (rows.length > 0) await this.ledger.write(rows);
    for (const each of ended) each.isSettled = true;
    return { call, events: call.pass(this.provider.stream(request, signal)) };
  }

  async settle(calls: readonly MeteredCall[]): Promise<void> {
    if (calls.length === 0) return;
    await this.ledger.write(calls.map((call) => call.settlement()));
    for (const call of calls) call.isSettled = true;
  }
}

/** What a request sends, in tokens of four characters: cheap enough to be counted before every call. */
const roughTokensOf = ({ instructions, items }: ProviderRequest): number =>
  Math.ceil((instructions.length + JSON.stringify(items).length) / CHARACTERS_PER_TOKEN);
