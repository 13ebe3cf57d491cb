import { AppError } from '@app/common';
import type { ErrorCode } from '@app/contracts';
import { Logger } from '@nestjs/common';
import { InboxRepository, type ClaimedInbox } from './inbox.repository.js';
import { WorkPool } from './work-pool.js';

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

/** Thrown for what may be there in a moment: the message is tried again. Its text says what is missing. */
export class NotThereYet extends Error {}

/** What a channel does with the messages that it received. */
export interface InboxChannel<Payload> {
  /** As in the column `channel`. */
  name: string;
  /** Brings a message into its chat. Called again after a crash, it has no second effect. */
  accept(message: ClaimedInbox<Payload>): Promise<void>;
  /** The answer to the sender of a message that cannot be handled; it goes through the outbox. */
  apologyFor(message: ClaimedInbox<Payload>): { lane: string; text: string };
  /** Called with what became of a message; after `dead` there is an apology in the outbox. */
  onOutcome(outcome: 'stored' | 'postponed' | 'dead'): void;
}

/**
 * Brings the messages of a channel's inbox into their chats, those of one sender in order. It does not wait for answers: once a message
 * is stored, the next one follows.
 */
export class InboxWorker<Payload> {
  private readonly logger = new Logger(InboxWorker.name);
  private readonly pool: WorkPool;

  constructor(
    private readonly inbox: InboxRepository,
    private readonly channel: InboxChannel<Payload>,
  ) {
    this.pool = new WorkPool(`Reading the inbox of ${channel.name}`, SLOTS, (limit) => this.claim(limit));
  }

  async start(): Promise<void> {
    await this.inbox.releaseOrphans(this.channel.name);
    this.pool.start();
  }

  stop(): Promise<void> {
    return this.pool.stop();
  }

  wake(): void {
    this.pool.wake();
  }

  private async claim(limit: number): Promise<(() => Promise<void>)[]> {
    const messages = await this.inbox.claim<Payload>(this.channel.name, limit, CLAIM_MS);
    return messages.map((message) => () => this.handle(message));
  }

  private async handle(message: ClaimedInbox<Payload>): Promise<void> {
    try {
      await this.channel.accept(message);
      await this.inbox.settle(message);
      this.channel.onOutcome('stored');
    } catch (error) {
      await this.fail(message, error).catch((failure: unknown) =>
        this.logger.error({ err: failure, message: message.id }, 'A message waits until its claim ends'),
      );
    }
  }

  private async fail(message: ClaimedInbox<Payload>, error: unknown): Promise<void> {
    const detail = detailOf(error);
    const delayMs = retryDelayOf(error, message.attempts);
    if (detail === UNKNOWN) this.logger.error({ err: error, message: message.id }, 'A message could not be handled');
    if (delayMs === null) return this.bury(message, detail);
    this.channel.onOutcome('postponed');
    await this.inbox.postpone(message, delayMs, detail);
    this.pool.wakeIn(delayMs);
  }

  private async bury(message: ClaimedInbox<Payload>, detail: string): Promise<void> {
    const apology = { ...this.channel.apologyFor(message), chatId: null, messageId: null };
    const sourceKey = `inbox:${message.id}`;
    await this.inbox.bury(message, detail, { ...apology, channel: this.channel.name, sourceKey });
    this.channel.onOutcome('dead');
    this.logger.warn({ message: message.id, detail }, 'A message cannot be handled; its sender gets an apology');
  }
}

const UNKNOWN = 'INTERNAL: see the log';

function detailOf(error: unknown): string {
  if (error instanceof NotThereYet) return error.message;
  return error instanceof AppError && error.code !== 'INTERNAL' ? `${error.code}: ${error.message}` : UNKNOWN;
}

/** In how many milliseconds another attempt may succeed; null when none will. */
function retryDelayOf(error: unknown, attempts: number): number | null {
  const backoff = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
  const mayGoBetter = !(error instanceof AppError) || (error.status >= 500 && error.code !== 'BOTS_STOPPED');
  if (mayGoBetter) return attempts < ATTEMPTS ? backoff : null;
  return WAITS[error.code] ?? null;
}
