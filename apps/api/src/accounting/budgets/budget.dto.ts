import { IdField, MaxLength } from '@app/common';
import { BUDGET_PERIODS, BUDGET_SCOPES, type Budget, type BudgetPeriod, type BudgetScope } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { endOf, periodOf } from './budget-rules.js';
import type { SubjectUse } from './budgets.repository.js';

/** A million dollars. */
const MAX_LIMIT_NANO = 1_000_000_000_000_000;
const SHOWN_USES = 20;
const WARNING = 0.8;

export class BudgetLimitDto {
  /** What calls may cost within a period, in nano-dollars: 5 dollars are 5,000,000,000. */
  @IsInt()
  @Min(0)
  @Max(MAX_LIMIT_NANO)
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 0, maximum: MAX_LIMIT_NANO, example: 5_000_000_000 })
  limitNano: number;
}

export class NewBudgetDto extends BudgetLimitDto {
  /** Whose use is limited. */
  @IsIn(BUDGET_SCOPES)
  @ApiProperty({ enum: BUDGET_SCOPES, example: 'installation' })
  scope: BudgetScope;

  /** The id of the service, bot or user; null for each of them on its own, and for the installation. */
  @IsOptional()
  @IdField()
  @MaxLength(36)
  @ApiProperty({ type: 'string', required: false, nullable: true, maxLength: 36, example: null })
  subject?: string | null;

  /** A day or a month of the calendar, in UTC. */
  @IsIn(BUDGET_PERIODS)
  @ApiProperty({ enum: BUDGET_PERIODS, example: 'day' })
  period: BudgetPeriod;
}

/** What one subject has used in the current period. */
export class BudgetUseDto {
  /** The id of a service or bot, `user:` and an id, another user key, or empty for the installation. */
  @ApiProperty({ example: '' })
  subject: string;

  @ApiProperty({ type: 'integer', format: 'int64', example: 1_200_000_000 })
  usedNano: number;

  /** Held for calls that run. What they do not need goes back. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 20_000_000 })
  reservedNano: number;

  /** At least 80 % are used. */
  @ApiProperty({ example: false })
  isWarning: boolean;

  /** Nothing is left. */
  @ApiProperty({ example: false })
  isExceeded: boolean;
}

export class BudgetDto extends NewBudgetDto {
  @ApiProperty({ example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  id: string;

  /** When the current period ends. */
  @ApiProperty({ format: 'date-time', example: '2026-11-28T00:00:00.000Z' })
  resetsUtc: string;

  /** Those who have used most in the current period, at most 20; empty as long as there was no use. */
  @ApiProperty({ type: [BudgetUseDto] })
  uses: BudgetUseDto[];
}

export class BudgetsDto {
  @ApiProperty({ type: [BudgetDto] })
  budgets: BudgetDto[];
}

export const mapBudget = (
  { id, scope, subject, period, limitNano }: Budget,
  uses: SubjectUse[],
  now: Date,
): BudgetDto => ({
  id,
  scope,
  subject: subject === '' ? null : subject,
  period,
  limitNano,
  resetsUtc: endOf(period, now).toISOString(),
  uses: uses
    .filter((use) => use.budgetId === id && use.period === periodOf(period, now))
    .slice(0, SHOWN_USES)
    .map(({ subject: whose, usedNano, reservedNano }) => ({
      subject: whose,
      usedNano,
      reservedNano,
      isWarning: usedNano >= limitNano * WARNING,
      isExceeded: usedNano >= limitNano,
    })),
});
