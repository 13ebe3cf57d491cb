export { StatisticsModule } from './statistics.module.js';
export { chargeUsage, correctCharge, UsageLedger, type UsageCharge } from './usage-ledger.repository.js';
export { UsageRollupService } from './usage-rollup.service.js';
