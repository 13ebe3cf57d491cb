import { MetricsRegistry } from '@app/common';
import { Injectable } from '@nestjs/common';

/** What an operator watches of this channel. */
@Injectable()
export class WhatsAppMetrics {
  readonly received = this.metrics.counter(
    'whatsapp_received_total',
    'Webhooks by outcome: accepted, duplicate, ignored (a reaction), refused (not valid, or not signed by Twilio)',
    ['outcome'],
  );
  readonly handled = this.metrics.counter(
    'whatsapp_handled_total',
    'Messages from the inbox by outcome: stored in the chat, postponed, dead',
    ['outcome'],
  );
  readonly sent = this.metrics.counter(
    'whatsapp_sent_total',
    'Attempts to send by outcome: sent, found (an earlier attempt had gone through), postponed, dead, undelivered',
    ['outcome'],
  );

  constructor(private readonly metrics: MetricsRegistry) {}
}
