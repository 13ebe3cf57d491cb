export { StatisticsModule } from './statistics.module.js';
export { UsageRollupService } from './usage-rollup.service.js';
