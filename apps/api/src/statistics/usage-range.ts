import { AppError } from '@app/common';
import type { UsageRangeQuery } from './statistics.dto.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Costs are read from the ledger itself, so the range has an end. */
const MAX_COST_DAYS = 92;
const DEFAULT_COST_DAYS = 31;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The days of which the ledger itself is read. Throws VALIDATION_FAILED for more than it reads at once. */
export function costRange({
  FromRequestDate,
  ToRequestDate,
}: Pick<UsageRangeQuery, 'FromRequestDate' | 'ToRequestDate'>): { from: string; to: string } {
  const to = ToRequestDate ?? (FromRequestDate ? shift(FromRequestDate, MAX_COST_DAYS - 1) : dayOf(Date.now()));
  const from = FromRequestDate ?? shift(to, 1 - DEFAULT_COST_DAYS);
  refuseReversed(from, to);
  if (shift(from, MAX_COST_DAYS - 1) < to) {
    throw invalidRange('FromRequestDate', `FromRequestDate and ToRequestDate must be within ${MAX_COST_DAYS} days`);
  }
  return { from, to };
}

const shift = (day: string, days: number): string => dayOf(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);

export function refuseReversed(from: string | null, to: string | null): void {
  if (from !== null && to !== null && from > to)
    throw invalidRange('FromRequestDate', 'FromRequestDate must not be after ToRequestDate');
}

const invalidRange = (path: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path, message }] });
