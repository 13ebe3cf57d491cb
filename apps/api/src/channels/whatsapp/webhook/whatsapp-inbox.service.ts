import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { SystemMessagesService } from '../../../baton/index.js';
import { ChatsService, CompletionsService } from '../../../chats/index.js';
import { InboxWorker } from '../../mail/inbox-worker.js';
import { InboxRepository, type ClaimedInbox } from '../../mail/inbox.repository.js';
import { WhatsAppOutbox } from '../sending/whatsapp-outbox.service.js';
import type { IncomingWhatsApp } from './twilio-form.js';
import { WhatsAppMetrics } from '../whatsapp.metrics.js';
import { CHANNEL, WhatsAppSettingsService } from '../whatsapp-settings.service.js';

type Payload = Omit<IncomingWhatsApp, 'sid'>;

const NOTE = 'The customer sent something that is not text. It is not kept.';

/** What customers wrote on WhatsApp becomes messages of their chats. */
@Injectable()
export class WhatsAppInbox implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: InboxWorker<Payload>;

  constructor(
    private readonly settings: WhatsAppSettingsService,
    inbox: InboxRepository,
    private readonly chats: ChatsService,
    private readonly completions: CompletionsService,
    private readonly systemMessages: SystemMessagesService,
    outbox: WhatsAppOutbox,
    metrics: WhatsAppMetrics,
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
    return this.worker.stop();
  }

  wake(): void {
    this.worker.wake();
  }

  private async accept({ externalId, payload }: ClaimedInbox<Payload>): Promise<void> {
    const visitor = await this.settings.visitorOf(payload);
    const chatId = await this.chats.openAddressedChat(visitor, CHANNEL);
    if (payload.text === null) return this.declineContents(chatId, externalId);
    const idempotency = { requestKey: sha256(CHANNEL, externalId), requestHash: sha256(payload.text) };
    await this.completions.accept(visitor, chatId, payload.text, { idempotency, language: 'en' });
  }

  /** Agents get a note of what the customer sent; the customer gets an answer that everyone sees. */
  private async declineContents(chatId: string, externalId: string): Promise<void> {
    const occasion = `${CHANNEL}:${externalId}`;
    const { unsupportedText } = this.settings.get();
    await this.systemMessages.send({
      chatId,
      text: NOTE,
      audience: 'agents',
      occasion: `${occasion}:note`,
      expectedEpoch: null,
    });
    await this.systemMessages.send({
      chatId,
      text: unsupportedText,
      audience: 'everyone',
      occasion,
      expectedEpoch: null,
    });
  }
}

function sha256(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
