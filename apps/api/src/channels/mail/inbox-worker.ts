import { AppError } from '@app/common';
import type { ErrorCode } from '@app/contracts';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { SystemMessagesService } from '../../baton/index.js';
import { ChatsService, CompletionsService } from '../../chats/index.js';
import { InboxRepository, type ClaimedInbox } from './inbox.repository.js';
import { OutboxSender } from './outbox-sender.js';
import type { IncomingWhatsApp } from '../whatsapp/webhook/twilio-form.js';
import { WhatsAppMetrics } from '../whatsapp/whatsapp.metrics.js';
import { CHANNEL, WhatsAppSettingsService } from '../whatsapp/whatsapp-settings.service.js';
import { WorkPool } from './work-pool.js';

type Message = ClaimedInbox<Omit<IncomingWhatsApp, 'sid'>>;

const SLOTS = 16;
/** Long enough for a start bot that lets a model choose who answers. */
const CLAIM_MS = 30_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
const ATTEMPTS = 20;
/** Refusals that have nothing to do with the message: it waits as long as they last. */
const WAITS: Partial<Record<ErrorCode, number>> = {
  // A new chat is opened.
  CHAT_CLOSED: 0,
  // The bot is still busy with what the customer wrote before.
  CHAT_QUEUE_FULL: FIRST_RETRY_MS,
};
const NOTE = 'The customer sent something that is not text. It is not kept.';

/**
 * Brings the messages of the inbox into their chats, those of one sender in order. Nobody waits here for an answer: once a message is
 * stored the next one's turn has come. What is done twice, because an instance died in between, has one effect.
 */
@Injectable()
export class InboxWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('WhatsApp');
  private readonly pool = new WorkPool('Reading the inbox of WhatsApp', SLOTS, (limit) => this.claim(limit));

  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly inbox: InboxRepository,
    private readonly chats: ChatsService,
    private readonly completions: CompletionsService,
    private readonly systemMessages: SystemMessagesService,
    private readonly sender: OutboxSender,
    private readonly metrics: WhatsAppMetrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings.isOn) return;
    await this.inbox.releaseOrphans(CHANNEL);
    this.pool.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.pool.stop();
  }

  wake(): void {
    this.pool.wake();
  }

  private async claim(limit: number): Promise<(() => Promise<void>)[]> {
    const messages = await this.inbox.claim<Message['payload']>(CHANNEL, limit, CLAIM_MS);
    return messages.map((message) => () => this.handle(message));
  }

  private async handle(message: Message): Promise<void> {
    try {
      await this.bringIn(message);
      await this.inbox.settle(message);
      this.metrics.handled.inc({ outcome: 'stored' });
    } catch (error) {
      await this.fail(message, error).catch((failure: unknown) =>
        this.logger.error({ err: failure, message: message.id }, 'A message waits until its claim ends'),
      );
    }
  }

  private async bringIn({ externalId, payload }: Message): Promise<void> {
    const visitor = await this.settings.visitorOf(payload);
    const chatId = await this.chats.openAddressedChat(visitor, CHANNEL);
    if (payload.text === null) return this.declineContents(chatId, externalId);
    const idempotency = { requestKey: sha256(CHANNEL, externalId), requestHash: sha256(payload.text) };
    await this.completions.accept(visitor, chatId, payload.text, { idempotency, language: 'en' });
  }

  /** Agents are told what the customer did, and everybody what the customer was told. */
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

  private async fail(message: Message, error: unknown): Promise<void> {
    const code = error instanceof AppError ? error.code : 'INTERNAL';
    const detail = `${code}: ${error instanceof AppError ? error.message : 'see the log'}`;
    const delayMs = retryDelayOf(error, message.attempts);
    if (code === 'INTERNAL') this.logger.error({ err: error, message: message.id }, 'A message could not be handled');
    if (delayMs === null) return this.bury(message, detail);
    this.metrics.handled.inc({ outcome: 'postponed' });
    await this.inbox.postpone(message, delayMs, detail);
    this.pool.wakeIn(delayMs);
  }

  private async bury(message: Message, detail: string): Promise<void> {
    const { errorText: text } = this.settings.get();
    const reply = { channel: CHANNEL, lane: message.payload.from, chatId: null, messageId: null, text };
    await this.inbox.bury(message, detail, { ...reply, sourceKey: `inbox:${message.id}` });
    this.sender.wake();
    this.metrics.handled.inc({ outcome: 'dead' });
    this.logger.warn({ message: message.id, detail }, 'A message cannot be handled; its sender is told');
  }
}

/** In how many milliseconds another attempt may go better; null when none will. */
function retryDelayOf(error: unknown, attempts: number): number | null {
  const backoff = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
  const mayGoBetter = !(error instanceof AppError) || (error.status >= 500 && error.code !== 'BOTS_STOPPED');
  if (mayGoBetter) return attempts < ATTEMPTS ? backoff : null;
  return WAITS[error.code] ?? null;
}

function sha256(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
