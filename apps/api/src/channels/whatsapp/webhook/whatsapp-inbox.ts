import type { VisitorPrincipal } from '@app/common';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { SystemMessagesService } from '../../../baton/index.js';
import { ChatsService, CompletionsService } from '../../../chats/index.js';
import { InboxWorker } from '../../mail/inbox-worker.js';
import { InboxRepository, type ClaimedInbox } from '../../mail/inbox.repository.js';
import { WhatsAppOutbox } from '../sending/whatsapp-outbox.js';
import type { IncomingWhatsApp } from './twilio-form.js';
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
    if (payload.text === null || payload.contents) await this.noteContents(chatId, externalId, payload);
    if (payload.text === null) return this.declineContents(visitor, chatId, externalId);
    const idempotency = { requestKey: sha256(CHANNEL, externalId), requestHash: sha256(payload.text) };
    await this.completions.accept(visitor, chatId, payload.text, { idempotency, language: 'en' });
  }

  private noteContents(chatId: string, externalId: string, { contents }: Payload): Promise<void> {
    const text = `The customer sent ${contents ?? 'something that is not text'}. It is not kept.`;
    const occasion = `${CHANNEL}:${externalId}:note`;
    return this.systemMessages.send({ chatId, text, audience: 'agents', occasion, expectedEpoch: null });
  }

  /** Says that only text can be read, unless a person holds the chat: that person has the note, and answers. */
  private async declineContents(visitor: VisitorPrincipal, chatId: string, externalId: string): Promise<void> {
    const { owner } = await this.chats.getCustomerChat(visitor, chatId);
    if (owner === 'human') return;
    const { unsupportedText: text } = this.settings.get();
    const occasion = `${CHANNEL}:${externalId}`;
    await this.systemMessages.send({ chatId, text, audience: 'everyone', occasion, expectedEpoch: null });
  }
}

function sha256(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
