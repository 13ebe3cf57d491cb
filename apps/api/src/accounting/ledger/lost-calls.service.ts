import { databaseTime, AppConfig, WorkLoop } from '@app/common';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PriceBookService } from '../prices/price-book.service.js';
import { LostCallsRepository, type CallTarget } from './lost-calls.repository.js';

/** A call outside of turns (routing, a title, a probe) ends within this time. */
const LONGEST_OTHER_CALL_MS = 60_000;
const SWEEPS_PER_LEASE = 4;

/** Settles what instances that died have reserved, so that no reservation stays for ever. Every instance does it. */
@Injectable()
export class LostCallsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private findDefault: () => Promise<CallTarget | null> = () => Promise.resolve(null);
  private readonly loop = new WorkLoop(
    'Settling lost calls',
    () => this.config.turns.leaseMs / SWEEPS_PER_LEASE,
    () => this.sweep(databaseTime()),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly calls: LostCallsRepository,
    private readonly prices: PriceBookService,
  ) {}

  /** Says where the calls of bots go that name no service, of which the rows of their first calls know nothing. */
  learnDefault(find: () => Promise<CallTarget | null>): void {
    this.findDefault = find;
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  async sweep(now: Date): Promise<void> {
    const before = new Date(now.getTime() - LONGEST_OTHER_CALL_MS - this.config.turns.leaseMs);
    const prices = await this.prices.book();
    const byDefault = await this.findDefault();
    while (await this.calls.settleNext(before, prices, byDefault));
  }
}
