import { Budget, Price } from '@app/database';
import { OpenAiModule } from '@app/openai';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/index.js';
import { CacheModule } from '../cache/index.js';
import { BudgetsController } from './budgets/budgets.controller.js';
import { BudgetsRepository } from './budgets/budgets.repository.js';
import { BudgetsService } from './budgets/budgets.service.js';
import { CallLedgerRepository } from './ledger/call-ledger.repository.js';
import { CallMeterService } from './ledger/call-meter.service.js';
import { LostCallsRepository } from './ledger/lost-calls.repository.js';
import { LostCallsService } from './ledger/lost-calls.service.js';
import { PriceBookService } from './prices/price-book.service.js';
import { PricesController } from './prices/prices.controller.js';
import { PricesRepository } from './prices/prices.repository.js';

/** What calls of model services use and cost. */
@Module({
  imports: [AuditModule, CacheModule, OpenAiModule, TypeOrmModule.forFeature([Budget, Price])],
  controllers: [BudgetsController, PricesController],
  providers: [
    BudgetsRepository,
    BudgetsService,
    CallLedgerRepository,
    CallMeterService,
    LostCallsRepository,
    LostCallsService,
    PriceBookService,
    PricesRepository,
  ],
  exports: [CallMeterService, LostCallsService, PriceBookService],
})
export class AccountingModule {}
