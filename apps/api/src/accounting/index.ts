export { AccountingModule } from './accounting.module.js';
export { loseCalls, sumTurnUsage, writeCalls } from './ledger/call-ledger.repository.js';
export { CallMeterService, type CallPlan } from './ledger/call-meter.service.js';
export {
  firstCallOf,
  NO_CALL_USAGE,
  reservedRow,
  settledRow,
  type Call,
  type CallPurpose,
  type CallUsage,
} from './ledger/ledger-rows.js';
export { LostCallsService } from './ledger/lost-calls.service.js';
export type { CallTarget } from './ledger/lost-calls.repository.js';
export { PriceBookService } from './prices/price-book.service.js';
export type { Rates } from './prices/price-book.js';
export type { MeteredCall } from './ledger/metered-call.js';
