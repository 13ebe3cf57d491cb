import { Inject, Injectable } from '@nestjs/common';
import { normalizeIp, ThrottlerStorage } from '@nestjs/throttler';
import { AppConfig } from '../config/app-config.js';
import { AppError } from '../errors/app-error.js';

const WINDOW_MS = 10_000;

/**
 * Bounds what comes before a caller is known, by address and in a short window: wrong tokens, unknown paths, handshakes. Requests with a
 * valid token are not counted, so that others behind the same proxy go on.
 */
@Injectable()
export class AddressThrottle {
  private readonly limit: number;

  constructor(
    config: AppConfig,
    @Inject(ThrottlerStorage) private readonly counts: ThrottlerStorage,
  ) {
    this.limit = config.throttle.anonymousLimit;
  }

  /** Throws RATE_LIMITED when the address has had too many of this kind. */
  async count(kind: string, address: string): Promise<void> {
    if (this.limit === 0) return;
    const key = `${kind}:${normalizeIp(address)}`;
    const { isBlocked, timeToBlockExpire } = await this.counts.increment(key, WINDOW_MS, this.limit, WINDOW_MS, kind);
    if (isBlocked) throw new AppError('RATE_LIMITED', { retryAfterSeconds: timeToBlockExpire });
  }
}
