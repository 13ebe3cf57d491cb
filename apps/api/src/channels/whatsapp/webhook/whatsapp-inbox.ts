import { ShutdownGrace } from '@app/common';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { ChatsService, CompletionsService } from '../../../chats/index.js';
import { InboxWorker } from '../../mail/inbox-worker.js';
import { InboxRepository, type ClaimedInbox } from '../../mail/inbox.repository.js';
import { WhatsAppOutbox } from '../sending/whatsapp-outbox.js';
import type { IncomingWhatsApp } from './twilio-form.js';
import { WhatsAppMedia } from './whatsapp-media.js';
import { WhatsAppMetrics } from '../whatsapp.metrics.js';
import { CHANNEL, WhatsAppSettingsService } from '../whatsapp-settings.service.js';

type Payload = Omit<IncomingWhatsApp, 'sid'>;

/** What customers wrote on WhatsApp becomes messages of their chats. */
@Injectable()
export class WhatsAppInbox implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: InboxWorker<Payload>;

  constructor(
    private readonly settings: WhatsAppSettingsService,
    inbox: InboxRepository,
    private readonly chats: ChatsService,
    private readonly completions: CompletionsService,
    private readonly media: WhatsAppMedia,
    outbox: WhatsAppOutbox,
    metrics: WhatsAppMetrics,
    private readonly grace: ShutdownGrace,
  ) {
    this.worker = new InboxWorker<Payload>(inbox, {
      name: CHANNEL,
      accept: (message) => this.accept(message),
      apologyFor: ({ payload }) => ({ lane: payload.from, text: settings.get().errorText }),
      onOutcome: (outcome) => {
        metrics.handled.inc({ outcome });
        if (outcome === 'dead') outbox.wake();
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.settings.isOn) await this.worker.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.grace.wait(this.worker.stop());
  }

  wake(): void {
    this.worker.wake();
  }

  private async accept({ externalId, payload, attempts: attempt }: ClaimedInbox<Payload>): Promise<void> {
    const visitor = await this.settings.visitorOf(payload);
    const chatId = await this.chats.openAddressedChat(visitor, CHANNEL);
    const { media = [], contents = null } = payload;
    const text = await this.media.textOf({ chatId, externalId, attempt, text: payload.text, media, contents });
    if (text === null) return;
    const idempotency = { requestKey: sha256(CHANNEL, externalId), requestHash: sha256(text) };
    await this.completions.accept(visitor, chatId, text, { idempotency, language: 'en' });
  }
}

function sha256(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
