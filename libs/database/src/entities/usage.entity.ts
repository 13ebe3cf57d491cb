import { Entity, Index, PrimaryColumn } from 'typeorm';
import {
  BigIntColumn,
  FlagColumn,
  IdColumn,
  IntColumn,
  JsonColumn,
  PrimaryId,
  PrimaryKeyString,
  StringColumn,
  TimeColumn,
} from '../columns.js';

/** Kinds of use: the `tokenUsageTypeId` of the catalogue. */
export const USAGE_TYPE = { chat: 1, routing: 2, title: 3, probe: 4, trial: 5 } as const;

/** A call that may still run, or one whose figures are final. */
export type UsageStatus = 'reserved' | 'settled';

/** What a call has reserved from one budget. */
export interface UsageBooking {
  budgetId: string;
  period: string;
  subject: string;
  nano: number;
}

/**
 * One row per attempt, that is per call of a model service: `reserved` before the call, `settled` after it. It outlives chats and bots:
 * money that was spent stays spent. Statistics count settled rows only.
 */
@Entity('usage_ledger')
@Index('ix_usage_ledger_date', ['requestDate', 'botId', 'usageType'])
export class UsageEntry {
  @PrimaryId()
  id: string;

  @Index('ix_usage_ledger_turn')
  @IdColumn({ nullable: true })
  turnId: string | null;

  /** Empty for calls that no bot made: probes. */
  @IdColumn()
  botId: string;

  /** The channel of the chat; null for calls that belong to none. */
  @StringColumn(20, { nullable: true })
  channel: string | null;

  /** `user:1`, `visitor:` and a chat, or `anonymous`: who is counted in `userCount`. Empty for probes, `trial` for trials. */
  @StringColumn(80)
  userKey: string;

  @IdColumn({ nullable: true })
  serviceId: string | null;

  /** Empty when no model was called. */
  @StringColumn(200)
  model: string;

  @IntColumn()
  usageType: number;

  @Index('ix_usage_ledger_status')
  @StringColumn(10, { default: 'settled' })
  status: UsageStatus;

  /** 1 for the first call of a turn, routing or title, and 0 for its other calls: requests are counted by the sum. */
  @IntColumn({ default: 1 })
  requests: number;

  /** From 1; each round of a turn is one answer of the model, after which it may call tools. */
  @IntColumn({ default: 1 })
  round: number;

  /** From 1 within the round. */
  @IntColumn({ default: 1 })
  attempt: number;

  /** `ok`, `aborted`, `lost` (the instance died), or an error code. Null while it runs, and for rows of before. */
  @StringColumn(60, { nullable: true })
  outcome: string | null;

  /** The day of the call, `YYYY-MM-DD`, UTC. */
  @StringColumn(10)
  requestDate: string;

  @IntColumn()
  inputTokens: number;

  /** Those of the input tokens that the service read from its cache. */
  @IntColumn()
  cachedTokens: number;

  /** Those of the input tokens that the service wrote into its cache. */
  @IntColumn({ default: 0 })
  cacheWriteTokens: number;

  @IntColumn()
  outputTokens: number;

  /** Those of the output tokens that are not part of the text. */
  @IntColumn()
  reasoningTokens: number;

  @FlagColumn()
  isEstimated: boolean;

  /** Nano-dollars; null while the model has no price. */
  @BigIntColumn({ nullable: true })
  costNano: number | null;

  /** What was reserved for the call from budgets; null where none applied. */
  @JsonColumn({ nullable: true })
  bookings: UsageBooking[] | null;

  /** From the call to its first text. */
  @IntColumn({ nullable: true })
  firstTextMs: number | null;

  @IntColumn({ nullable: true })
  durationMs: number | null;

  /** When the call began. */
  @TimeColumn()
  createdAt: Date;
}

/** The ledger rolled up by day, bot, kind of use, user, service and model; `PUT /api/statistic` rebuilds it. */
@Entity('usage_daily')
export class UsageDay {
  @PrimaryKeyString(10)
  requestDate: string;

  @PrimaryId()
  botId: string;

  @PrimaryColumn({ type: 'int' })
  usageType: number;

  @PrimaryKeyString(80)
  userKey: string;

  /** Empty when no service was called. */
  @PrimaryId()
  serviceId: string;

  @PrimaryKeyString(200)
  model: string;

  @IntColumn()
  requestCount: number;

  @BigIntColumn()
  inputTokens: number;

  @BigIntColumn()
  outputTokens: number;

  @BigIntColumn()
  costNano: number;
}

/** What models cost in nano-dollars for a million tokens, for a time. */
@Entity('price_book')
export class Price {
  @PrimaryId()
  id: string;

  /** Null for every service. */
  @IdColumn({ nullable: true })
  serviceId: string | null;

  /** A model's name, or the beginning of names followed by `*`. */
  @StringColumn(200)
  model: string;

  /** The first moment. */
  @TimeColumn()
  validFrom: Date;

  /** The first moment after; null for prices without an end. */
  @TimeColumn({ nullable: true })
  validUntil: Date | null;

  @BigIntColumn()
  inputNano: number;

  /** Of input that the service read from its cache. */
  @BigIntColumn()
  cachedNano: number;

  /** Of input that the service wrote into its cache. */
  @BigIntColumn()
  cacheWriteNano: number;

  @BigIntColumn()
  outputNano: number;

  /** Where the price comes from. */
  @StringColumn(500)
  source: string;

  @TimeColumn()
  updatedAt: Date;
}
