import { toSqlTime, type SqlRow, type UsageBooking } from '@app/database';
import { uuidv7 } from 'uuidv7';
import { costOf, type Rates } from '../prices/price-book.js';

/** Who a call is made for. */
export interface CallPurpose {
  /** Null for calls that belong to no turn. */
  turnId: string | null;
  /** Empty for calls that no bot makes. */
  botId: string;
  /** Who is counted in the statistics. */
  userKey: string;
  channel: string | null;
  /** One of `USAGE_TYPE`. */
  usageType: number;
}

/** One attempt: a call of a model service, or a turn's intention to make one. */
export interface Call extends CallPurpose {
  /** The id of its row in the ledger. */
  id: string;
  /** Null until it is known which service is called. */
  serviceId: string | null;
  model: string;
  round: number;
  attempt: number;
  /** Whether it is counted as a request: the first call of a turn, routing or title. */
  isRequest: boolean;
  at: Date;
}

export interface CallUsage {
  inputTokens: number;
  cachedTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  isEstimated: boolean;
}

/** What became of a call. */
export interface CallResult {
  usage: CallUsage;
  /** `ok`, `aborted`, `lost`, or an error code. */
  outcome: string;
  firstTextMs: number | null;
  durationMs: number | null;
}

const CHARACTERS_PER_TOKEN = 4;

export const NO_CALL_USAGE: CallUsage = {
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  isEstimated: false,
};

/** An estimate without a tokenizer, cheap enough for every call. */
export const roughTokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);

/**
 * The first call of a turn, reserved in the transaction that starts the turn: from its first moment on, a turn that runs has a row in the
 * ledger. Which service it calls is known later.
 */
export const firstCallOf = (
  turn: Omit<CallPurpose, 'usageType'>,
  usageType: number,
  isRequest: boolean,
  at: Date,
): Call => ({
  ...turn,
  usageType,
  id: uuidv7(),
  serviceId: null,
  model: '',
  round: 1,
  attempt: 1,
  isRequest,
  at,
});

/** Before the call. The tokens are those that are counted should nothing more be heard of it. */
export const reservedRow = (call: Call, inputTokens: number, bookings: readonly UsageBooking[] = []): SqlRow =>
  rowOf(call, 'reserved', bookings, {
    usage: { ...NO_CALL_USAGE, inputTokens, isEstimated: true },
    outcome: null,
    firstTextMs: null,
    durationMs: null,
  });

/** After the call, with its cost at the price of its beginning. Null stands for a model without a price. */
export const settledRow = (
  call: Call,
  result: CallResult,
  rates: Rates | null,
  bookings: readonly UsageBooking[] = [],
): SqlRow => ({
  ...rowOf(call, 'settled', bookings, result),
  cost_nano: costOf(result.usage, rates),
});

const rowOf = (
  call: Call,
  status: 'reserved' | 'settled',
  bookings: readonly UsageBooking[],
  { usage, outcome, firstTextMs, durationMs }: Omit<CallResult, 'outcome'> & { outcome: string | null },
): SqlRow => ({
  id: call.id,
  turn_id: call.turnId,
  bot_id: call.botId,
  user_key: call.userKey,
  channel: call.channel,
  service_id: call.serviceId,
  model: call.model,
  usage_type: call.usageType,
  status,
  requests: Number(call.isRequest),
  round: call.round,
  attempt: call.attempt,
  outcome,
  request_date: call.at.toISOString().slice(0, 10),
  input_tokens: usage.inputTokens,
  cached_tokens: usage.cachedTokens,
  cache_write_tokens: usage.cacheWriteTokens,
  output_tokens: usage.outputTokens,
  reasoning_tokens: usage.reasoningTokens,
  is_estimated: usage.isEstimated,
  cost_nano: null,
  bookings: bookings.length === 0 ? null : JSON.stringify(bookings.map(bookingOnly)),
  first_text_ms: firstTextMs,
  duration_ms: durationMs,
  created_at: toSqlTime(call.at),
});

const bookingOnly = ({ budgetId, period, subject, nano }: UsageBooking): UsageBooking => ({
  budgetId,
  period,
  subject,
  nano,
});

/** What a settlement may change of the row that was reserved. */
export const SETTLED_COLUMNS = [
  'service_id',
  'model',
  'status',
  'round',
  'attempt',
  'outcome',
  'input_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'is_estimated',
  'cost_nano',
  'bookings',
  'first_text_ms',
  'duration_ms',
] as const;
