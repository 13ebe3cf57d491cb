import { databaseTime, AppError, WorkLoop, type RequestIdentity } from '@app/common';
import type { JsonValue } from '@app/database';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { IdempotencyRepository } from './idempotency.repository.js';

const HOUR_MS = 3_600_000;
const KEPT_MS = 24 * HOUR_MS;
/** No request takes as long: what still counts as running by then was cut off, and its outcome is unknown. */
const LONGEST_REQUEST_MS = 600_000;

/** What a request with a key was answered. */
export interface RecordedAnswer {
  status: number;
  value: JsonValue;
}

/**
 * One effect per key. The first request with a key runs; its answer is recorded and given to every later one. While it runs,
 * others are told to come back. A request that fails gives its key back, so that a retry may succeed.
 */
@Injectable()
export class IdempotencyService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Idempotency');
  private readonly loop = new WorkLoop('Deleting old idempotency keys', HOUR_MS, () => this.purge());

  constructor(private readonly repository: IdempotencyRepository) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** Null for the first request with this key, which must call {@link finish} or {@link release}; else the recorded answer. */
  async begin({ requestKey, requestHash }: RequestIdentity): Promise<RecordedAnswer | null> {
    if (await this.repository.insertRunning(requestKey, requestHash, databaseTime())) return null;
    const row = await this.repository.find(requestKey);
    // It failed in this very moment.
    if (row === null) throw new AppError('IDEMPOTENCY_KEY_IN_USE', { retryAfterSeconds: 1 });
    if (row.requestHash !== requestHash) throw new AppError('IDEMPOTENCY_KEY_REUSED');
    if (row.state === 'done') return { status: row.status ?? 200, value: row.answer };
    throw databaseTime().getTime() - row.createdAt.getTime() > LONGEST_REQUEST_MS
      ? new AppError('IDEMPOTENCY_OUTCOME_UNKNOWN')
      : new AppError('IDEMPOTENCY_KEY_IN_USE', { retryAfterSeconds: 1 });
  }

  /** Never fails: the effect has happened, and its answer must reach the caller. */
  async finish({ requestKey }: RequestIdentity, { status, value }: RecordedAnswer): Promise<void> {
    await this.repository.updateDone(requestKey, status, value).catch((error: unknown) => this.logger.error(error));
  }

  async release({ requestKey }: RequestIdentity): Promise<void> {
    await this.repository.deleteRunning(requestKey).catch((error: unknown) => this.logger.error(error));
  }

  async purge(): Promise<void> {
    await this.repository.deleteOlderThan(new Date(databaseTime().getTime() - KEPT_MS));
  }
}
