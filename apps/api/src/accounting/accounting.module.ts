import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { CallLedgerRepository } from './ledger/call-ledger.repository.js';
import { CallMeterService } from './ledger/call-meter.service.js';
import { LostCallsRepository } from './ledger/lost-calls.repository.js';
import { LostCallsService } from './ledger/lost-calls.service.js';

/** What calls of model services use and cost. */
@Module({
  imports: [OpenAiModule],
  providers: [CallLedgerRepository, CallMeterService, LostCallsRepository, LostCallsService],
  exports: [CallMeterService],
})
export class AccountingModule {}
