import { AppError } from '@app/common';
import { Injectable } from '@nestjs/common';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { uuidv7 } from 'uuidv7';
import { DeliveryReportsService } from '../sending/delivery-reports.service.js';
import { InboxRepository } from '../../mail/inbox.repository.js';
import { WhatsAppInbox } from './whatsapp-inbox.js';
import { formOf, incomingOf, reportOf, type Form } from './twilio-form.js';
import { WhatsAppMetrics } from '../whatsapp.metrics.js';
import { CHANNEL, WhatsAppSettingsService } from '../whatsapp-settings.service.js';

/** What Twilio tells us. A message is acknowledged once it is durable; everything else happens afterwards. */
@Injectable()
export class WebhookService {
  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly inbox: InboxRepository,
    private readonly worker: WhatsAppInbox,
    private readonly reports: DeliveryReportsService,
    private readonly metrics: WhatsAppMetrics,
  ) {}

  /** Throws FORBIDDEN when Twilio has not signed the form, VALIDATION_FAILED when it does not say who writes what. */
  async receiveMessage(body: unknown, signature: string | undefined): Promise<void> {
    const incoming = incomingOf(this.verify(this.settings.webhookUrl, body, signature));
    if (incoming === null) {
      this.metrics.received.inc({ outcome: 'ignored' });
      return;
    }
    const { sid, ...message } = incoming;
    const isNew = await this.inbox.store({
      channel: CHANNEL,
      externalId: sid ?? `none:${uuidv7()}`,
      lane: message.from,
      payload: message,
    });
    this.metrics.received.inc({ outcome: isNew ? 'accepted' : 'duplicate' });
    if (isNew) this.worker.wake();
  }

  /** What became of a message that we sent. Reports on messages that are gone are taken in without effect. */
  async receiveStatus(outboxId: number, body: unknown, signature: string | undefined): Promise<void> {
    await this.reports.accept(outboxId, reportOf(this.verify(this.settings.statusUrl(outboxId), body, signature)));
  }

  private verify(url: string, body: unknown, signature: string | undefined): Form {
    const { authToken } = this.settings.get();
    try {
      const form = formOf(body);
      if (validateRequest(authToken, signature ?? '', url, form)) return form;
      throw new AppError('FORBIDDEN');
    } catch (error) {
      this.metrics.received.inc({ outcome: 'refused' });
      throw error;
    }
  }
}
