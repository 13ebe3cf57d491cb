import { ShutdownGrace } from '@app/common';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ChatLogService } from '../../../baton/index.js';
import { OutboxProjectionRepository } from '../../mail/outbox-projection.repository.js';
import { OutboxProjector } from '../../mail/outbox-projector.js';
import { OutboxSender, type FailedAttempt } from '../../mail/outbox-sender.js';
import { OutboxRepository, type ClaimedOutbox } from '../../mail/outbox.repository.js';
import { DeliveryReportsService, failureOf } from './delivery-reports.service.js';
import { splitText } from './split-text.js';
import { TwilioApi, TwilioRefusal } from './twilio-api.js';
import { toWhatsAppMarks } from './whatsapp-marks.js';
import { WhatsAppMetrics } from '../whatsapp.metrics.js';
import { CHANNEL, WhatsAppSettingsService } from '../whatsapp-settings.service.js';

const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** What the logs of WhatsApp chats say to customers is sent through Twilio. */
@Injectable()
export class WhatsAppOutbox implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sender: OutboxSender;
  private readonly projector: OutboxProjector;

  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly outbox: OutboxRepository,
    private readonly twilio: TwilioApi,
    reports: DeliveryReportsService,
    metrics: WhatsAppMetrics,
    log: ChatLogService,
    projection: OutboxProjectionRepository,
    private readonly grace: ShutdownGrace,
  ) {
    this.sender = new OutboxSender(outbox, {
      name: CHANNEL,
      limits: () => settings.get(),
      send: ({ id, lane, text }) => twilio.send(lane, text, settings.statusUrl(id)),
      findSent: (message) => this.findSent(message),
      failedAttempt,
      onDead: (message, failure) => reports.notifyAgents(message, failure),
      onOutcome: (outcome) => metrics.sent.inc({ outcome }),
    });
    this.projector = new OutboxProjector(log, projection, {
      name: CHANNEL,
      errorText: () => settings.get().errorText,
      format: toWhatsAppMarks,
      split: splitText,
      onMessages: () => this.sender.wake(),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings.isOn) return;
    await this.sender.start();
    this.projector.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    // Of a call that goes on it is found out later what became of it.
    await this.grace.wait(this.projector.stop().then(() => this.sender.stop()));
  }

  wake(): void {
    this.sender.wake();
  }

  private async findSent({ lane, text, firstAttemptAt }: ClaimedOutbox): Promise<string | null> {
    const candidates = await this.twilio.findSent(lane, text, firstAttemptAt);
    const known = await this.outbox.findKnown(CHANNEL, candidates);
    return candidates.find((sid) => !known.has(sid)) ?? null;
  }
}

function failedAttempt(error: unknown): FailedAttempt {
  if (!(error instanceof TwilioRefusal)) {
    const failure = failureOf('unreachable', 'Twilio could not be reached, or did not answer in time.');
    return { failure, isFinal: false, isUncertain: true, retryAfterMs: 0 };
  }
  const { status, code, message, retryAfterMs } = error;
  return {
    failure: failureOf(code ?? `http_${status}`, message),
    isFinal: status < 500 && status !== 429 && status !== 408,
    isUncertain: status >= 500 || status === 408,
    retryAfterMs: Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS),
  };
}
