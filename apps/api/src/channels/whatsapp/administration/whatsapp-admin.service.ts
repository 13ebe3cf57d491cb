import { AppError, listOptions, notFound, pagingResult } from '@app/common';
import { Injectable } from '@nestjs/common';
import { InboxRepository } from '../../mail/inbox.repository.js';
import { OutboxLettersRepository } from '../../mail/outbox-letters.repository.js';
import { OutboxRepository } from '../../mail/outbox.repository.js';
import { WhatsAppOutbox } from '../sending/whatsapp-outbox.js';
import { CHANNEL, WhatsAppSettingsService } from '../whatsapp-settings.service.js';
import {
  mapOutboxItem,
  type WhatsAppOutboxItemDtoPagingResult,
  type WhatsAppOutboxQuery,
  type WhatsAppStatusDto,
} from '../whatsapp.dto.js';

/** How the channel is doing, and what becomes of messages that could not be sent. Its handlers are for administrators. */
@Injectable()
export class WhatsAppAdminService {
  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly inbox: InboxRepository,
    private readonly outbox: OutboxRepository,
    private readonly letters: OutboxLettersRepository,
    private readonly sending: WhatsAppOutbox,
  ) {}

  async list(query: WhatsAppOutboxQuery): Promise<WhatsAppOutboxItemDtoPagingResult> {
    const options = listOptions(query, ['createdUtc'], { field: 'createdUtc', direction: 'DESC' });
    const [messages, total] = await this.letters.list(CHANNEL, query.State ?? null, options);
    return pagingResult(query, messages.map(mapOutboxItem), total);
  }

  /** Sends a dead letter after all. What customers were told meanwhile stays before it. */
  async retry(id: string): Promise<void> {
    const message = /^\d{1,9}$/.test(id) ? await this.outbox.find(CHANNEL, Number(id)) : null;
    if (message === null) throw notFound('The message');
    if (!(await this.letters.revive(CHANNEL, message.id)))
      throw new AppError('CONFLICT', { detail: 'Only messages that are dead can be tried again.' });
    this.sending.wake();
  }

  async getStatus(): Promise<WhatsAppStatusDto> {
    const [received, { counts, oldestPending }] = await Promise.all([
      this.inbox.countByState(CHANNEL),
      this.letters.summarize(CHANNEL),
    ]);
    return {
      isOn: this.settings.isOn,
      webhookUrl: this.settings.isOn ? this.settings.webhookUrl : null,
      received: received.pending,
      receivedDead: received.dead,
      ...counts,
      oldestPendingUtc: oldestPending?.toISOString() ?? null,
    };
  }
}
