import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DeliveryReportsService, failureOf } from '../whatsapp/sending/delivery-reports.service.js';
import { OutboxRepository, type ClaimedOutbox, type Failure } from './outbox.repository.js';
import { TwilioApi, TwilioRefusal } from '../whatsapp/sending/twilio-api.service.js';
import { WhatsAppMetrics } from '../whatsapp/whatsapp.metrics.js';
import { CHANNEL, WhatsAppSettingsService } from '../whatsapp/whatsapp-settings.service.js';
import { WorkPool } from './work-pool.js';

const SLOTS = 10;
const LONGEST_RETRY_MS = 300_000;
const LONGEST_RETRY_AFTER_MS = 3_600_000;
const MARGIN_MS = 2000;

/** An attempt that failed, and whether the message may have arrived all the same. */
interface FailedAttempt {
  failure: Failure;
  isFinal: boolean;
  isUncertain: boolean;
  retryAfterMs: number;
}

/**
 * Sends what we owe, to each customer one message after the other. The claim of a message is committed before Twilio is asked to send
 * it; whoever finds a message whose earlier attempt has no known outcome looks first whether Twilio has it.
 */
@Injectable()
export class OutboxSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('WhatsApp');
  private readonly pool = new WorkPool('Reading the outbox of WhatsApp', SLOTS, (limit) => this.claim(limit));

  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly outbox: OutboxRepository,
    private readonly twilio: TwilioApi,
    private readonly reports: DeliveryReportsService,
    private readonly metrics: WhatsAppMetrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings.isOn) return;
    await this.outbox.releaseOrphans(CHANNEL);
    this.pool.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.pool.stop();
  }

  wake(): void {
    this.pool.wake();
  }

  /** One look at what Twilio has and one attempt to send fit into it. */
  private get claimMs(): number {
    return this.settings.get().timeoutMs * 2 + MARGIN_MS * 2;
  }

  private async claim(limit: number): Promise<(() => Promise<void>)[]> {
    const claimedAt = performance.now();
    const messages = await this.outbox.claim(CHANNEL, limit, this.claimMs);
    return messages.map((message) => () => this.handle(message, claimedAt));
  }

  private async handle(message: ClaimedOutbox, claimedAt: number): Promise<void> {
    try {
      await this.send(message, claimedAt);
    } catch (error) {
      await this.fail(message, failedAttempt(error)).catch((failure: unknown) =>
        this.logger.error({ err: failure, message: message.id }, 'A message waits until its claim ends'),
      );
    }
  }

  private async send(message: ClaimedOutbox, claimedAt: number): Promise<void> {
    const found = message.isUncertain ? await this.findSent(message) : null;
    if (found !== null) {
      this.metrics.sent.inc({ outcome: 'found' });
      return this.outbox.settle(message, found);
    }
    // Earlier attempts are settled now; only this one is open.
    message.isUncertain = false;
    // A process that stood still may not send what another one has claimed meanwhile.
    const endOfClaim = claimedAt + this.claimMs;
    if (performance.now() > endOfClaim - this.settings.get().timeoutMs - MARGIN_MS)
      return this.outbox.postpone(message, 0, failureOf('claim_expired', 'The attempt began too late.'), false);
    const sid = await this.twilio.send(message.lane, message.text, this.settings.statusUrl(message.id));
    this.metrics.sent.inc({ outcome: 'sent' });
    await this.outbox.settle(message, sid);
  }

  /** Twilio's id of the message when an earlier attempt had gone through. */
  private async findSent({ lane, text, firstAttemptAt }: ClaimedOutbox): Promise<string | null> {
    const candidates = await this.twilio.findSent(lane, text, firstAttemptAt);
    const known = await this.outbox.findKnown(CHANNEL, candidates);
    return candidates.find((sid) => !known.has(sid)) ?? null;
  }

  private async fail(message: ClaimedOutbox, attempt: FailedAttempt): Promise<void> {
    const { failure } = attempt;
    const isUncertain = attempt.isUncertain || message.isUncertain;
    const { attempts, retryMs } = this.settings.get();
    if (attempt.isFinal || message.attempts >= attempts) {
      this.metrics.sent.inc({ outcome: 'dead' });
      // Twilio's own words may name the customer's number.
      this.logger.warn({ message: message.id, code: failure.code }, 'A message could not be sent');
      await this.reports.tellAgents(message, failure);
      await this.outbox.bury(message, failure, isUncertain);
      return;
    }
    this.metrics.sent.inc({ outcome: 'postponed' });
    const backoff = Math.min(retryMs * 2 ** (message.attempts - 1), LONGEST_RETRY_MS) * (0.8 + Math.random() * 0.4);
    const delayMs = Math.max(backoff, attempt.retryAfterMs);
    await this.outbox.postpone(message, delayMs, failure, isUncertain);
    this.pool.wakeIn(delayMs);
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
