import { Logger } from '@nestjs/common';
import { OutboxRepository, type ClaimedOutbox, type Failure } from './outbox.repository.js';
import { WorkPool } from './work-pool.js';

const SLOTS = 10;
const LONGEST_RETRY_MS = 300_000;
const MARGIN_MS = 2000;

/** An attempt that failed, and whether the message may have arrived all the same. */
export interface FailedAttempt {
  failure: Failure;
  isFinal: boolean;
  isUncertain: boolean;
  retryAfterMs: number;
}

/** How a channel sends. */
export interface SendingChannel {
  /** As in the column `channel`. */
  name: string;
  limits: () => {
    attempts: number;
    /** The wait after the first failed attempt; it doubles with each. */
    retryMs: number;
    /** The longest that one call of the service takes. */
    timeoutMs: number;
  };
  /** Returns the service's id of the message. */
  send(message: ClaimedOutbox): Promise<string>;
  /** The service's id of the message when an earlier attempt succeeded. */
  findSent(message: ClaimedOutbox): Promise<string | null>;
  failedAttempt(error: unknown): FailedAttempt;
  /** The message will not be sent: agents are to see it. */
  onDead(message: ClaimedOutbox, failure: Failure): Promise<void>;
  onOutcome(outcome: 'sent' | 'found' | 'postponed' | 'dead'): void;
}

/**
 * Sends the outbox of a channel, to each customer one message after the other. The claim of a message is committed before the service
 * is called. When the outcome of an earlier attempt is not known, the service is asked first whether it has the message.
 */
export class OutboxSender {
  private readonly logger = new Logger(OutboxSender.name);
  private readonly pool: WorkPool;

  constructor(
    private readonly outbox: OutboxRepository,
    private readonly channel: SendingChannel,
  ) {
    this.pool = new WorkPool(`Reading the outbox of ${channel.name}`, SLOTS, (limit) => this.claim(limit));
  }

  async start(): Promise<void> {
    await this.outbox.releaseOrphans(this.channel.name);
    this.pool.start();
  }

  stop(): Promise<void> {
    return this.pool.stop();
  }

  wake(): void {
    this.pool.wake();
  }

  /** Time for one question to the service and one attempt to send. */
  private get claimMs(): number {
    return this.channel.limits().timeoutMs * 2 + MARGIN_MS * 2;
  }

  private async claim(limit: number): Promise<(() => Promise<void>)[]> {
    const claimedAt = performance.now();
    const messages = await this.outbox.claim(this.channel.name, limit, this.claimMs);
    return messages.map((message) => () => this.handle(message, claimedAt));
  }

  private async handle(message: ClaimedOutbox, claimedAt: number): Promise<void> {
    try {
      await this.send(message, claimedAt);
    } catch (error) {
      await this.fail(message, this.channel.failedAttempt(error)).catch((failure: unknown) =>
        this.logger.error({ err: failure, message: message.id }, 'A message waits until its claim ends'),
      );
    }
  }

  private async send(message: ClaimedOutbox, claimedAt: number): Promise<void> {
    const found = message.isUncertain ? await this.channel.findSent(message) : null;
    if (found !== null) {
      this.channel.onOutcome('found');
      return this.outbox.settle(message, found);
    }
    // Earlier attempts are settled now; only this one is open.
    message.isUncertain = false;
    // A process that stood still may not send what another one has claimed meanwhile.
    const endOfClaim = claimedAt + this.claimMs;
    if (performance.now() > endOfClaim - this.channel.limits().timeoutMs - MARGIN_MS)
      return this.outbox.postpone(message, 0, CLAIM_EXPIRED, false);
    const externalId = await this.channel.send(message);
    this.channel.onOutcome('sent');
    await this.outbox.settle(message, externalId);
  }

  private async fail(message: ClaimedOutbox, attempt: FailedAttempt): Promise<void> {
    const { failure } = attempt;
    const isUncertain = attempt.isUncertain || message.isUncertain;
    const { attempts, retryMs } = this.channel.limits();
    if (attempt.isFinal || message.attempts >= attempts) {
      this.channel.onOutcome('dead');
      // The service's own words may name the customer's address.
      this.logger.warn({ message: message.id, code: failure.code }, 'A message could not be sent');
      await this.channel.onDead(message, failure);
      await this.outbox.bury(message, failure, isUncertain);
      return;
    }
    this.channel.onOutcome('postponed');
    const backoff = Math.min(retryMs * 2 ** (message.attempts - 1), LONGEST_RETRY_MS) * (0.8 + Math.random() * 0.4);
    const delayMs = Math.max(backoff, attempt.retryAfterMs);
    await this.outbox.postpone(message, delayMs, failure, isUncertain);
    this.pool.wakeIn(delayMs);
  }
}

const CLAIM_EXPIRED: Failure = { code: 'claim_expired', detail: 'The attempt began too late.' };
