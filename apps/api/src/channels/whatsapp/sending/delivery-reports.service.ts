import { Injectable } from '@nestjs/common';
import { DeliveryFailuresService } from '../../../baton/index.js';
import { OutboxRepository, type Failure } from '../../mail/outbox.repository.js';
import type { DeliveryReport } from '../webhook/twilio-form.js';
import { WhatsAppMetrics } from '../whatsapp.metrics.js';
import { CHANNEL } from '../whatsapp-settings.service.js';

const BAD_NEWS: readonly string[] = ['failed', 'undelivered', 'canceled'];

/** What is known of Twilio's codes; https://www.twilio.com/docs/api/errors has all of them. */
const DETAILS: Partial<Record<string, string>> = {
  '63016':
    'The customer last wrote more than 24 hours ago. Until they write again, WhatsApp takes only approved templates.',
  '63003': 'The number of the customer is not on WhatsApp.',
  '63018': 'WhatsApp limits how much may be sent.',
  '63024': 'The recipient is not valid.',
};

/** What did not reach the customer becomes an event that agents see. */
@Injectable()
export class DeliveryReportsService {
  constructor(
    private readonly outbox: OutboxRepository,
    private readonly failures: DeliveryFailuresService,
    private readonly metrics: WhatsAppMetrics,
  ) {}

  async accept(outboxId: number, { sid, status, errorCode }: DeliveryReport): Promise<void> {
    const message = await this.outbox.find(CHANNEL, outboxId);
    if (message === null || (message.externalId !== null && sid !== null && message.externalId !== sid)) return;
    const failure = BAD_NEWS.includes(status) ? failureOf(errorCode ?? status, null) : null;
    if (failure !== null && message.state !== 'dead') {
      this.metrics.sent.inc({ outcome: 'undelivered' });
      await this.notifyAgents(message, failure);
    }
    await this.outbox.report(message, status, sid, failure);
  }

  async notifyAgents(message: { chatId: string | null; messageId: string | null }, failure: Failure): Promise<void> {
    if (message.chatId === null) return;
    await this.failures.report(message.chatId, { channel: CHANNEL, messageId: message.messageId, ...failure });
  }
}

/** A sentence of ours for the codes that people meet, else Twilio's own. */
export const failureOf = (code: string, detail: string | null): Failure => ({
  code,
  detail: (DETAILS[code] ?? detail ?? 'The message did not reach the customer.').slice(0, 300),
});
