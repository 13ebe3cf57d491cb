import { databaseTime } from '@app/common';
import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { MailRetentionService } from '../mail/mail-retention.service.js';
import { CHANNEL, WhatsAppSettingsService } from './whatsapp-settings.service.js';

/** Deletes what this channel received and sent a while ago. */
@Injectable()
export class WhatsAppRetention {
  private readonly logger = new Logger('WhatsApp');

  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly mail: MailRetentionService,
  ) {}

  @Cron(CronExpression.EVERY_HOUR)
  async runHourly(): Promise<void> {
    try {
      await this.mail.deleteOld(CHANNEL, this.settings.isOn, databaseTime());
    } catch (error) {
      this.logger.error({ err: error }, 'Old messages could not be deleted; they are tried again in an hour');
    }
  }
}
