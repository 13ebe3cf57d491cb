import { AppError } from '@app/common';
import type { Budget, BudgetPeriod, UsageBooking } from '@app/database';

/** What a call needs of a budget. */
export interface Booking extends UsageBooking {
  scope: Budget['scope'];
  limitNano: number;
  /** When the period ends and the budget is whole again. */
  endsAt: Date;
}

/** Whom a call is charged to. */
export interface Charged {
  serviceId: string | null;
  botId: string;
  userKey: string;
}

/** `2026-11-27` or `2026-11`, UTC. */
export const periodOf = (period: BudgetPeriod, at: Date): string =>
  at.toISOString().slice(0, period === 'day' ? 10 : 7);

/** The first day of the period, as the ledger writes days. */
export const firstDayOf = (period: string): string => (period.length === 7 ? `${period}-01` : period);

/** The first moment after the period that `at` is in. */
export const endOf = (period: BudgetPeriod, at: Date): Date =>
  period === 'day'
    ? new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1))
    : new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1));

/** What the call has to reserve, from every budget that applies to it. */
export const bookingsOf = (budgets: readonly Budget[], call: Charged, nano: number, at: Date): Booking[] =>
  budgets.flatMap((budget): Booking[] => {
    const subject = subjectOf(budget, call);
    if (subject === null) return [];
    const { id: budgetId, scope, period, limitNano } = budget;
    return [{ budgetId, scope, limitNano, subject, nano, period: periodOf(period, at), endsAt: endOf(period, at) }];
  });

/** Whose use is counted; null when the budget is not for this call. */
function subjectOf({ scope, subject }: Budget, { serviceId, botId, userKey }: Charged): string | null {
  if (scope === 'installation') return '';
  const charged = { service: serviceId ?? '', bot: botId, user: userKey }[scope];
  if (charged === '') return null;
  const named = scope === 'user' ? `user:${subject}` : subject;
  return subject === '' || named === charged ? charged : null;
}

/**
 * Whether a call may be made: what is used, reserved and needed now stays within the limit. A budget of which nothing is used yet admits
 * one call even if it needs more than the limit, so that a small budget is not useless.
 */
export const isWithin = (
  used: number,
  reserved: number,
  { nano, limitNano }: Pick<Booking, 'nano' | 'limitNano'>,
): boolean =>
  used + reserved + nano <= limitNano
    ? used + reserved < limitNano || nano === 0
    : used + reserved === 0 && limitNano > 0;

const WHOSE = { installation: 'this server', service: 'the model service', bot: 'the bot', user: 'the user' };

export function exceeded({ scope, period, endsAt }: Booking, now: Date): AppError {
  const [kind, what] = [period.length === 7 ? 'monthly' : 'daily', WHOSE[scope]];
  return new AppError('BUDGET_EXCEEDED', {
    detail: `The ${kind} budget of ${what} is used up until ${endsAt.toISOString()}.`,
    retryAfterSeconds: Math.max(1, Math.ceil((endsAt.getTime() - now.getTime()) / 1000)),
  });
}
