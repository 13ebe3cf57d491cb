import { Entity, Index, PrimaryColumn } from 'typeorm';
import {
  BigIntColumn,
  FlagColumn,
  IdColumn,
  IntColumn,
  PrimaryId,
  PrimaryKeyString,
  StringColumn,
  TimeColumn,
} from '../columns.js';

/** Kinds of use: the `tokenUsageTypeId` of the catalogue. */
export const USAGE_TYPE = { chat: 1, routing: 2, title: 3 } as const;

/** One row per provider call. It outlives chats and bots: money that was spent stays spent. */
@Entity('usage_ledger')
@Index('ix_usage_ledger_date', ['requestDate', 'botId', 'usageType'])
export class UsageEntry {
  @PrimaryId()
  id: string;

  @Index('ix_usage_ledger_turn')
  @IdColumn({ nullable: true })
  turnId: string | null;

  @IdColumn()
  botId: string;

  /** `user:1`, `visitor:` and a chat, or `anonymous`: who is counted in `userCount`. */
  @StringColumn(80)
  userKey: string;

  @IdColumn({ nullable: true })
  serviceId: string | null;

  @StringColumn(200)
  model: string;

  @IntColumn()
  usageType: number;

  /** `YYYY-MM-DD`, UTC. */
  @StringColumn(10)
  requestDate: string;

  @IntColumn()
  inputTokens: number;

  @IntColumn()
  cachedTokens: number;

  @IntColumn()
  outputTokens: number;

  @IntColumn()
  reasoningTokens: number;

  @FlagColumn()
  isEstimated: boolean;

  /** Nano-dollars; null while the model has no price. */
  @BigIntColumn({ nullable: true })
  costNano: number | null;

  @TimeColumn()
  createdAt: Date;
}

/** The ledger rolled up by day, bot, kind of use and user; `PUT /api/statistic` rebuilds it. */
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

  @IntColumn()
  requestCount: number;

  @BigIntColumn()
  inputTokens: number;

  @BigIntColumn()
  outputTokens: number;

  @BigIntColumn()
  costNano: number;
}

/** What a model costs at a service, in nano-dollars per token. */
@Entity('prices')
export class Price {
  @PrimaryId()
  serviceId: string;

  @PrimaryKeyString(200)
  model: string;

  @BigIntColumn()
  inputNano: number;

  @BigIntColumn()
  cachedNano: number;

  @BigIntColumn()
  outputNano: number;

  @TimeColumn()
  updatedAt: Date;
}
