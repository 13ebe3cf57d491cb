import { Module } from '@nestjs/common';
import { BatonModule } from '../../baton/index.js';
import { BotsModule } from '../../bots/index.js';
import { ChatsModule } from '../../chats/index.js';
import { DeliveryReportsService } from './sending/delivery-reports.service.js';
import { InboxRepository } from '../mail/inbox.repository.js';
import { InboxWorker } from '../mail/inbox-worker.js';
import { OutboxLettersRepository } from '../mail/outbox-letters.repository.js';
import { OutboxProjectionRepository } from '../mail/outbox-projection.repository.js';
import { OutboxProjector } from '../mail/outbox-projector.js';
import { OutboxRepository } from '../mail/outbox.repository.js';
import { OutboxSender } from '../mail/outbox-sender.js';
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
