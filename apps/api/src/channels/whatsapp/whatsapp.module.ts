import { OutboundModule } from '@app/outbound';
import { Module } from '@nestjs/common';
import { BatonModule } from '../../baton/index.js';
import { BotsModule } from '../../bots/index.js';
import { ChatsModule } from '../../chats/index.js';
import { MailModule } from '../mail/mail.module.js';
import { DeliveryReportsService } from './sending/delivery-reports.service.js';
import { TwilioMedia } from './webhook/twilio-media.js';
import { TwilioApi } from './sending/twilio-api.js';
import { WebhookController } from './webhook/webhook.controller.js';
import { WebhookService } from './webhook/webhook.service.js';
import { WhatsAppAdminController } from './administration/whatsapp-admin.controller.js';
import { WhatsAppAdminService } from './administration/whatsapp-admin.service.js';
import { WhatsAppConfig } from './whatsapp.config.js';
import { WhatsAppInbox } from './webhook/whatsapp-inbox.js';
import { WhatsAppMedia } from './webhook/whatsapp-media.js';
import { WhatsAppMetrics } from './whatsapp.metrics.js';
import { WordlessMessages } from './webhook/wordless-messages.js';
import { WhatsAppOutbox } from './sending/whatsapp-outbox.js';
import { WhatsAppRetention } from './whatsapp-retention.js';
import { WhatsAppSettingsService } from './whatsapp-settings.service.js';

/** Customers on WhatsApp, through Twilio. In: webhook, inbox, chat. Out: chat's log, outbox, Twilio. */
@Module({
  imports: [BatonModule, BotsModule, ChatsModule, MailModule, OutboundModule],
  controllers: [WebhookController, WhatsAppAdminController],
  providers: [
    DeliveryReportsService,
    TwilioApi,
    TwilioMedia,
    WebhookService,
    WhatsAppAdminService,
    WhatsAppConfig,
    WhatsAppInbox,
    WhatsAppMedia,
    WhatsAppMetrics,
    WhatsAppOutbox,
    WhatsAppRetention,
    WhatsAppSettingsService,
    WordlessMessages,
  ],
})
export class WhatsAppModule {}
