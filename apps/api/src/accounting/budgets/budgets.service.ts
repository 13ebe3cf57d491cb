import { AppError, databaseTime, MetricsRegistry, notFound, WorkLoop } from '@app/common';
import type { Budget } from '@app/database';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { AuditService } from '../../audit/index.js';
import { CacheService } from '../../cache/index.js';
import { bookingsOf, exceeded, periodOf, type Booking, type Charged } from './budget-rules.js';
import { mapBudget, type BudgetDto, type BudgetLimitDto, type BudgetsDto, type NewBudgetDto } from './budget.dto.js';
import { BudgetsRepository } from './budgets.repository.js';

const LIST_TTL_MS = 60_000;
const CHECK_MS = 10_000;
const WARN_AT_PERCENT = 80;

const currentPeriods = (now: Date): string[] => [periodOf('day', now), periodOf('month', now)];

/** What calls of model services may cost, by day and month (UTC). Without a budget nothing is counted and nothing is asked. */
@Injectable()
export class BudgetsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(BudgetsService.name);
  private readonly loop = new WorkLoop('Checking the budgets', CHECK_MS, () => this.warn(databaseTime()));
  private readonly warnings = this.metrics.counter('budget_warnings_total', 'Budgets that passed 80 % in a period', [
    'scope',
  ]);
  private readonly refusals = this.metrics.counter('calls_over_budget_total', 'Calls that a budget refused', ['scope']);

  constructor(
    private readonly budgets: BudgetsRepository,
    private readonly cache: CacheService,
    private readonly metrics: MetricsRegistry,
    private readonly audit: AuditService,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** What a call has to reserve before it is made. */
  async bookingsFor(call: Charged, costOf: () => number, at: Date): Promise<Booking[]> {
    const budgets = await this.all();
    return budgets.length === 0 ? [] : bookingsOf(budgets, call, costOf(), at);
  }

  /** The error of a call that a budget refused. */
  refusalOf(booking: Booking): AppError {
    this.refusals.inc({ scope: booking.scope });
    return exceeded(booking, databaseTime());
  }

  async list(): Promise<BudgetsDto> {
    const now = databaseTime();
    const [budgets, uses] = await Promise.all([this.budgets.list(), this.budgets.findUses(currentPeriods(now))]);
    return { budgets: budgets.map((budget) => mapBudget(budget, uses, now)) };
  }

  async get(id: string): Promise<BudgetDto> {
    const now = databaseTime();
    const [budget, uses] = await Promise.all([this.budgets.find(id), this.budgets.findUses(currentPeriods(now))]);
    if (budget === null) throw notFound('The budget');
    return mapBudget(budget, uses, now);
  }

  async create({ scope, subject: named, period, limitNano }: NewBudgetDto): Promise<BudgetDto> {
    const subject = named ?? '';
    if (scope === 'installation' ? subject !== '' : subject !== '' && !(await this.budgets.isKnown(scope, subject)))
      throw new AppError('VALIDATION_FAILED', {
        errors: [{ path: 'subject', message: 'subject must be an id of that scope' }],
      });
    const now = databaseTime();
    const budget: Budget = { id: uuidv7(), scope, subject, period, limitNano, createdAt: now, updatedAt: now };
    if (!(await this.budgets.insert(budget)))
      throw new AppError('CONFLICT', { detail: 'There is a budget for the same and for the same period.' });
    await this.cache.forget('budgets');
    return this.get(budget.id);
  }

  /** A lower limit refuses further calls at once; what was used stays. */
  async update(id: string, { limitNano }: BudgetLimitDto): Promise<void> {
    if (!(await this.budgets.changeLimit(id, limitNano, databaseTime()))) throw notFound('The budget');
    await this.cache.forget('budgets');
  }

  async delete(id: string): Promise<void> {
    if (!(await this.budgets.delete(id))) throw notFound('The budget');
    await this.cache.forget('budgets');
  }

  /** Reports what is nearly used up: once for each period, by one instance. */
  async warn(now: Date): Promise<void> {
    if ((await this.all()).length === 0) return;
    for (const use of await this.budgets.takeNearlyUsed(currentPeriods(now), WARN_AT_PERCENT)) {
      const { budgetId, scope, period, subject, usedNano } = use;
      this.warnings.inc({ scope });
      this.logger.warn(
        { budgetId, scope, period, subject, usedNano },
        `A budget is used by more than ${WARN_AT_PERCENT} %`,
      );
      const data = { scope, period, subject, usedNano };
      await this.audit.record({ actor: 'system', action: 'budget.warned', target: `budget:${budgetId}`, data });
    }
  }

  private all(): Promise<Budget[]> {
    return this.cache.remember('budgets', 'all', LIST_TTL_MS, () => this.budgets.list());
  }
}
