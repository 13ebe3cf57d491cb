import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InboxRepository } from '../mail/inbox.repository.js';
import { OutboxRepository } from '../mail/outbox.repository.js';
import { WhatsAppSettingsService } from './whatsapp-settings.service.js';

const DAY_MS = 24 * 3_600_000;
/** As long as a message is known, the same message again has no effect. */
const KEPT_DAYS = 30;
const ROWS_AT_A_TIME = 1000;

/** Forgets what was received and sent, after a while. What waits is kept, unless the channel was switched off meanwhile. */
@Injectable()
export class WhatsAppRetention {
  private readonly logger = new Logger('WhatsApp');

  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly inbox: InboxRepository,
    private readonly outbox: OutboxRepository,
  ) {}

  @Cron(CronExpression.EVERY_HOUR)
  async runHourly(): Promise<void> {
    try {
      await this.deleteOld(new Date());
    } catch (error) {
      this.logger.error({ err: error }, 'Old messages could not be deleted; they are tried again in an hour');
    }
  }

  async deleteOld(now: Date): Promise<void> {
    const before = new Date(now.getTime() - KEPT_DAYS * DAY_MS);
    for (const table of [this.inbox, this.outbox]) {
      while ((await table.deleteSettled(before, ROWS_AT_A_TIME)) === ROWS_AT_A_TIME);
      if (this.settings.isOn) continue;
      while ((await table.deleteAbandoned(before, ROWS_AT_A_TIME)) === ROWS_AT_A_TIME);
    }
  }
}
