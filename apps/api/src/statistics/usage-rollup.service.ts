import { databaseTime, AppConfig, AppError, WorkLoop } from '@app/common';
import { JobLeasesRepository } from '@app/database';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PriceBookService } from '../accounting/index.js';
import { UsageRollupRepository } from './usage-rollup.repository.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** For instances whose clocks differ, and for commits that take their time. */
const MARGIN_MS = 2 * MINUTE_MS;
const LEASE_MS = 5 * MINUTE_MS;
const ROLLUP_LEASE = 'lease:statistics-rollup';
const REBUILD_LEASE = 'lease:statistics-rebuild';

/**
 * Keeps the roll-up behind the ledger: rows join their day once nothing can correct them any more. Readers add the younger rows
 * themselves. A day that has ended is counted once more as a whole.
 */
@Injectable()
export class UsageRollupService implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop = new WorkLoop('Rolling up the usage', MINUTE_MS, () => this.runOnOneInstance());

  constructor(
    private readonly config: AppConfig,
    private readonly rollup: UsageRollupRepository,
    private readonly leases: JobLeasesRepository,
    private readonly prices: PriceBookService,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.rollup.createState();
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** Rolls up everything that is final at this time. */
  async rollUp(now: Date): Promise<void> {
    const final = now.getTime() - this.config.turns.deadlineMs - MARGIN_MS;
    const horizon = firstIdOf(final);
    while (await this.rollup.addNext(horizon)) await this.leases.extend(ROLLUP_LEASE, LEASE_MS);
    await this.checkDayThatEnded(final);
  }

  /** Counts every day again, and prices what had no price when it was used and has one by now. One rebuild at a time: another one meanwhile is refused. */
  async rebuild(): Promise<void> {
    if (!(await this.leases.acquire(REBUILD_LEASE, LEASE_MS)))
      throw new AppError('CONFLICT', { detail: 'The statistics are being rebuilt already.' });
    try {
      let day = await this.rollup.findDayAfter('');
      while (day !== null) {
        await this.prices.priceDay(day);
        await this.rollup.rebuildDay(day);
        await this.leases.extend(REBUILD_LEASE, LEASE_MS);
        day = await this.rollup.findDayAfter(day);
      }
    } finally {
      await this.leases.release(REBUILD_LEASE);
    }
  }

  private async runOnOneInstance(): Promise<void> {
    if (!(await this.leases.acquire(ROLLUP_LEASE, LEASE_MS))) return;
    try {
      await this.rollUp(databaseTime());
    } finally {
      await this.leases.release(ROLLUP_LEASE);
    }
  }

  /** A row that came later than any row should, or was corrected later, is counted here. */
  private async checkDayThatEnded(final: number): Promise<void> {
    const day = new Date(final - HOUR_MS - 24 * HOUR_MS).toISOString().slice(0, 10);
    const { checkedThrough } = await this.rollup.findState();
    if (checkedThrough !== null && checkedThrough >= day) return;
    let next = checkedThrough === null ? null : await this.rollup.findDayAfter(checkedThrough);
    while (next !== null && next <= day) {
      await this.rollup.rebuildDay(next);
      next = await this.rollup.findDayAfter(next);
    }
    await this.rollup.setCheckedThrough(day);
  }
}

/** Ids of that millisecond and later are greater: a UUIDv7 begins with its time. */
function firstIdOf(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
