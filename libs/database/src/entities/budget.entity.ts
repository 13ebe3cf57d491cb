import { Entity, Index, PrimaryColumn } from 'typeorm';
import { BigIntColumn, FlagColumn, PrimaryId, PrimaryKeyString, StringColumn, TimeColumn } from '../columns.js';

export const BUDGET_SCOPES = ['installation', 'service', 'bot', 'user'] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** A day or a month of the calendar, in UTC. */
export const BUDGET_PERIODS = ['day', 'month'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** What calls of model services may cost within a period. */
@Entity('budgets')
@Index('ux_budgets_subject', ['scope', 'subject', 'period'], { unique: true })
export class Budget {
  @PrimaryId()
  id: string;

  @StringColumn(20)
  scope: BudgetScope;

  /** The id of the service, bot or user; empty for the installation, and for each of them on its own. */
  @StringColumn(36)
  subject: string;

  @StringColumn(10)
  period: BudgetPeriod;

  @BigIntColumn()
  limitNano: number;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;
}

/** What was used of a budget in one period, by one subject. */
@Entity('budget_use')
export class BudgetUse {
  @PrimaryId()
  budgetId: string;

  /** `2026-11-27` or `2026-11`. */
  @PrimaryKeyString(10)
  period: string;

  /** The id of a service or bot, the user key of the ledger, or empty for the installation. */
  @PrimaryColumn({ type: 'varchar', length: 80 })
  subject: string;

  /** By calls that are settled. */
  @BigIntColumn()
  usedNano: number;

  /** By calls that run: the most they are expected to cost. */
  @BigIntColumn()
  reservedNano: number;

  /** Whether it was logged that it is nearly used up. */
  @FlagColumn()
  isWarned: boolean;
}
