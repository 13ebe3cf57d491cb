import { JobLeasesRepository } from '@app/database';
import { Module } from '@nestjs/common';
import { StatisticsController } from './statistics.controller.js';
import { StatisticsService } from './statistics.service.js';
import { UsageRollupRepository } from './usage-rollup.repository.js';
import { UsageRollupService } from './usage-rollup.service.js';
import { UsageStatisticsRepository } from './usage-statistics.repository.js';

/** The usage ledger, and statistics of it: how many tokens each user used, and what they cost. */
@Module({
  controllers: [StatisticsController],
  providers: [
    StatisticsService,
    UsageStatisticsRepository,
    UsageRollupService,
    UsageRollupRepository,
    JobLeasesRepository,
  ],
})
export class StatisticsModule {}
