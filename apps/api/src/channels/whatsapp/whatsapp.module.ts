import { Module } from '@nestjs/common';
import { BatonModule } from '../../baton/index.js';
import { BotsModule } from '../../bots/index.js';
import { ChatsModule } from '../../chats/index.js';
import { MailModule } from '../mail/mail.module.js';
import { DeliveryReportsService } from './sending/delivery-reports.service.js';
import { TwilioApi } from './sending/twilio-api.js';
import { WebhookController } from './webhook/webhook.controller.js';
import { WebhookService } from './webhook/webhook.service.js';
import { WhatsAppAdminController } from './administration/whatsapp-admin.controller.js';
import { WhatsAppAdminService } from './administration/whatsapp-admin.service.js';
import { WhatsAppConfig } from './whatsapp.config.js';
import { WhatsAppInbox } from './webhook/whatsapp-inbox.js';
import { WhatsAppMetrics } from './whatsapp.metrics.js';
import { WhatsAppOutbox } from './sending/whatsapp-outbox.js';
import { WhatsAppRetention } from './whatsapp-retention.js';
import { WhatsAppSettingsService } from './whatsapp-settings.service.js';

/** Customers on WhatsApp, through Twilio. In: webhook, inbox, chat. Out: chat's log, outbox, Twilio. */
@Module({
  imports: [BatonModule, BotsModule, ChatsModule, MailModule],
  controllers: [WebhookController, WhatsAppAdminController],
  providers: [
    DeliveryReportsService,
    TwilioApi,
    WebhookService,
    WhatsAppAdminService,
    WhatsAppConfig,
    WhatsAppInbox,
    WhatsAppMetrics,
    WhatsAppOutbox,
    WhatsAppRetention,
    WhatsAppSettingsService,
  ],
})
export class WhatsAppModule {}
