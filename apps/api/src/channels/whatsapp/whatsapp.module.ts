import { Module } from '@nestjs/common';
import { BatonModule } from '../../baton/index.js';
import { BotsModule } from '../../bots/index.js';
import { ChatsModule } from '../../chats/index.js';
import { DeliveryReportsService } from './sending/delivery-reports.service.js';
import { InboxRepository } from './webhook/inbox.repository.js';
import { InboxWorker } from './webhook/inbox-worker.service.js';
import { OutboxLettersRepository } from './sending/outbox-letters.repository.js';
import { OutboxProjectionRepository } from './sending/outbox-projection.repository.js';
import { OutboxProjector } from './sending/outbox-projector.service.js';
import { OutboxRepository } from './sending/outbox.repository.js';
import { OutboxSender } from './sending/outbox-sender.service.js';
import { TwilioApi } from './sending/twilio-api.service.js';
import { WebhookController } from './webhook/webhook.controller.js';
import { WebhookService } from './webhook/webhook.service.js';
import { WhatsAppAdminController } from './administration/whatsapp-admin.controller.js';
import { WhatsAppAdminService } from './administration/whatsapp-admin.service.js';
import { WhatsAppConfig } from './whatsapp.config.js';
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
    WhatsAppConfig,
    WhatsAppMetrics,
    WhatsAppRetention,
    WhatsAppSettingsService,
  ],
})
export class WhatsAppModule {}
