import { JobLeasesRepository } from '@app/database';
import { Module } from '@nestjs/common';
import { AccountingModule } from '../accounting/index.js';
import { HandoffsController } from './handoffs/handoffs.controller.js';
import { HandoffsRepository } from './handoffs/handoffs.repository.js';
import { HandoffsService } from './handoffs/handoffs.service.js';
import { UsageReportController } from './report/usage-report.controller.js';
import { UsageReportRepository } from './report/usage-report.repository.js';
import { UsageReportService } from './report/usage-report.service.js';
import { StatisticsController } from './statistics.controller.js';
import { StatisticsService } from './statistics.service.js';
import { UsageRollupRepository } from './usage-rollup.repository.js';
import { UsageRollupService } from './usage-rollup.service.js';
import { UsageStatisticsRepository } from './usage-statistics.repository.js';

/** The usage ledger, and statistics of it: how many tokens each user used, and what they cost. */
@Module({
  imports: [AccountingModule],
  controllers: [HandoffsController, StatisticsController, UsageReportController],
  providers: [
    HandoffsRepository,
    HandoffsService,
    StatisticsService,
    UsageStatisticsRepository,
    UsageReportService,
    UsageReportRepository,
    UsageRollupService,
    UsageRollupRepository,
    JobLeasesRepository,
  ],
})
export class StatisticsModule {}
