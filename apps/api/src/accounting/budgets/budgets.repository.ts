import { Budget, dialectOf, isDuplicate, placeholders } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';

/** What one subject has used of a budget. */
export interface SubjectUse {
  budgetId: string;
  period: string;
  subject: string;
  usedNano: number;
  reservedNano: number;
}

export interface UseRow {
  budget_id: string;
  period: string;
  subject: string;
  used_nano: number | string;
  reserved_nano: number | string;
}

const SUBJECTS = { service: 'openai_services', bot: 'bots', user: 'users' } as const;

@Injectable()
export class BudgetsRepository {
  constructor(@InjectRepository(Budget) private readonly budgets: Repository<Budget>) {}

  list(): Promise<Budget[]> {
    return this.budgets.find({ order: { scope: 'ASC', subject: 'ASC', period: 'ASC' } });
  }

  find(id: string): Promise<Budget | null> {
    return this.budgets.findOneBy({ id });
  }

  async isKnown(scope: keyof typeof SUBJECTS, subject: string): Promise<boolean> {
    const rows = await this.budgets.query<unknown[]>(`SELECT 1 FROM ${SUBJECTS[scope]} WHERE id = ?`, [subject]);
    return rows.length > 0;
  }

  /** False when there is one for the same already. */
  async insert(budget: Budget): Promise<boolean> {
    try {
      await this.budgets.insert(budget);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async changeLimit(id: string, limitNano: number, updatedAt: Date): Promise<boolean> {
    return (await this.budgets.update({ id }, { limitNano, updatedAt })).affected !== 0;
  }

  async delete(id: string): Promise<boolean> {
    return this.budgets.manager.transaction(async (tx) => {
      const { affected } = await tx.delete(Budget, { id });
      await tx.query('DELETE FROM budget_use WHERE budget_id = ?', [id]);
      return affected !== 0;
    });
  }

  /** What is used in the given periods, most first. */
  async findUses(periods: string[]): Promise<SubjectUse[]> {
    const rows = await this.budgets.query<UseRow[]>(
      `SELECT budget_id, period, subject, used_nano, reserved_nano FROM budget_use WHERE period IN (${placeholders(periods.length)})
       ORDER BY used_nano + reserved_nano DESC LIMIT 5000`,
      periods,
    );
    return rows.map(useOf);
  }

  /** Uses of the periods that have passed the given share of their limit and were not reported yet; each is found once. */
  async takeNearlyUsed(periods: string[], percent: number): Promise<(SubjectUse & { scope: string })[]> {
    return this.budgets.manager.transaction(async (tx) => {
      const rows = await tx.query<(UseRow & { scope: string })[]>(
        `SELECT u.budget_id, u.period, u.subject, u.used_nano, u.reserved_nano, b.scope
         FROM budget_use u JOIN budgets b ON b.id = u.budget_id
         WHERE u.period IN (${placeholders(periods.length)}) AND u.is_warned = 0 AND u.used_nano * 100 >= b.limit_nano * ?
         LIMIT 100${dialectOf(tx.connection).forUpdate}`,
        [...periods, percent],
      );
      for (const row of rows)
        await tx.query('UPDATE budget_use SET is_warned = 1 WHERE budget_id = ? AND period = ? AND subject = ?', [
          row.budget_id,
          row.period,
          row.subject,
        ]);
      return rows.map((row) => ({ ...useOf(row), scope: row.scope }));
    });
  }
}

const useOf = (row: UseRow): SubjectUse => ({
  budgetId: row.budget_id,
  period: row.period,
  subject: row.subject,
  usedNano: Number(row.used_nano),
  reservedNano: Number(row.reserved_nano),
});
