import { Module } from '@nestjs/common';
import { BatonModule } from '../../baton/baton.module.js';
import { BotsModule } from '../../bots/bots.module.js';
import { ChatsModule } from '../../chats/chats.module.js';
import { DeliveryReportsService } from './delivery-reports.service.js';
import { InboxRepository } from './inbox.repository.js';
import { InboxWorker } from './inbox-worker.service.js';
import { OutboxLettersRepository } from './outbox-letters.repository.js';
import { OutboxProjectionRepository } from './outbox-projection.repository.js';
import { OutboxProjector } from './outbox-projector.service.js';
import { OutboxRepository } from './outbox.repository.js';
import { OutboxSender } from './outbox-sender.service.js';
import { TwilioApi } from './twilio-api.service.js';
import { WebhookController } from './webhook.controller.js';
import { WebhookService } from './webhook.service.js';
import { WhatsAppAdminController } from './whatsapp-admin.controller.js';
import { WhatsAppAdminService } from './whatsapp-admin.service.js';
import { WhatsAppMetrics } from './whatsapp.metrics.js';
import { WhatsAppRetention } from './whatsapp-retention.service.js';
import { WhatsAppSettingsService } from './whatsapp-settings.service.js';

/** Customers on WhatsApp, through Twilio. In: webhook, inbox, chat. Out: chat's log, outbox, Twilio. */
@Module({
  imports: [BatonModule, BotsModule, ChatsModule],
  controllers: [WebhookController, WhatsAppAdminController],
  providers: [
    DeliveryReportsService,
    InboxRepository,
    InboxWorker,
    OutboxLettersRepository,
    OutboxProjectionRepository,
    OutboxProjector,
    OutboxRepository,
    OutboxSender,
    TwilioApi,
    WebhookService,
    WhatsAppAdminService,
    WhatsAppMetrics,
    WhatsAppRetention,
    WhatsAppSettingsService,
  ],
})
export class WhatsAppModule {}
