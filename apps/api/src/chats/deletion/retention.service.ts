import { databaseTime } from '@app/common';
import { JobLeasesRepository } from '@app/database';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { FeedbackService } from '../../bots/index.js';
import { ChatDeletionService } from './chat-deletion.service.js';
import { ChatFilesRepository } from '../files/chat-files.repository.js';
import { RetentionRepository, type RetentionRule } from './retention.repository.js';
import { TicketsRepository } from '../files/tickets.repository.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Slightly less than the jobs' intervals, so that no run is skipped. */
const HOURLY_LEASE_MS = HOUR_MS - 300_000;
const DAILY_LEASE_MS = DAY_MS - HOUR_MS;
const ANONYMOUS_DAYS = 30;
const HOURLY_JOB = 'job:chat-retention';
const DAILY_JOB = 'job:file-cleaning';
const RULES_PER_READ = 200;
const CHATS_PER_READ = 200;

/**
 * Deletes expired chats, as their users have configured: without history a day after the last use, else after the given number of days,
 * favourites never if the user keeps those. Chats without an account are kept for 30 days. One instance at a time runs the job.
 */
@Injectable()
export class RetentionService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(RetentionService.name);
  private isEnding = false;

  constructor(
    private readonly leases: JobLeasesRepository,
    private readonly retention: RetentionRepository,
    private readonly deletion: ChatDeletionService,
    private readonly files: ChatFilesRepository,
    private readonly tickets: TicketsRepository,
    private readonly feedback: FeedbackService,
  ) {}

  beforeApplicationShutdown(): void {
    this.isEnding = true;
  }

  @Cron(CronExpression.EVERY_HOUR)
  async runHourly(): Promise<void> {
    await this.runOnce(HOURLY_JOB, HOURLY_LEASE_MS, async () => {
      const deleted = await this.deleteExpired(databaseTime());
      return deleted + (await this.feedback.forgetWords());
    });
  }

  @Cron(CronExpression.EVERY_DAY_AT_3AM)
  async runDaily(): Promise<void> {
    await this.runOnce(DAILY_JOB, DAILY_LEASE_MS, () => this.cleanFiles(databaseTime()));
  }

  /** Returns how many chats were deleted. */
  async deleteExpired(now: Date): Promise<number> {
    let deleted = await this.deleteChats(null, new Date(now.getTime() - ANONYMOUS_DAYS * DAY_MS), false);
    let after = 0;
    for (;;) {
      const rules = await this.retention.findRules(after, RULES_PER_READ);
      for (const rule of rules) {
        deleted += await this.deleteChats(rule.userId, oldestKept(rule, now), rule.isKeepFavoritesForever);
      }
      if (rules.length < RULES_PER_READ || this.isEnding) return deleted;
      after = rules.at(-1)!.userId;
    }
  }

  /** Deletes files without a chat, and unused tickets. Returns the number of files. */
  async cleanFiles(now: Date): Promise<number> {
    await this.tickets.deleteExpired();
    let cleaned = 0;
    for (;;) {
      const found = await this.files.deleteOrphans(new Date(now.getTime() - DAY_MS));
      cleaned += found;
      if (found === 0 || this.isEnding) return cleaned;
    }
  }

  private async deleteChats(userId: number | null, before: Date, keepFavorites: boolean): Promise<number> {
    let deleted = 0;
    while (!this.isEnding) {
      const chatIds = await this.retention.findExpired(userId, before, keepFavorites, CHATS_PER_READ);
      if (chatIds.length === 0) break;
      await this.deletion.deleteChats(chatIds);
      await this.leases.extend(HOURLY_JOB, HOURLY_LEASE_MS);
      deleted += chatIds.length;
    }
    return deleted;
  }

  /** The lease is not released: no other instance runs the job again before its next time. */
  private async runOnce(job: string, leaseMs: number, work: () => Promise<number>): Promise<void> {
    try {
      if (!(await this.leases.acquire(job, leaseMs))) return;
      const done = await work();
      if (done > 0) this.logger.log({ job, done }, 'A job has cleaned up');
    } catch (error) {
      this.logger.error({ err: error, job }, 'A job failed; it is tried again at its next time');
    }
  }
}

const oldestKept = ({ isKeepChatHistory, keepForDays }: RetentionRule, now: Date): Date =>
  new Date(now.getTime() - (isKeepChatHistory ? keepForDays : 1) * DAY_MS);
