import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { AppConfig } from './app-config.js';

/** The time that work under way still has after the server was told to end: one time for all, however many wait one after the other. */
@Injectable()
export class ShutdownGrace implements OnModuleDestroy {
  private endsAt: number | null = null;

  constructor(private readonly config: AppConfig) {}

  onModuleDestroy(): void {
    this.endsAt ??= performance.now() + this.config.http.shutdownGraceMs;
  }

  /** Resolves when the work is done or the time is up, whichever is first. */
  async wait(work: Promise<unknown>, atLeastMs = 0): Promise<void> {
    this.onModuleDestroy();
    const leftMs = Math.max(this.endsAt! - performance.now(), atLeastMs);
    const isDone = new AbortController();
    const timeUp = delay(leftMs, undefined, { signal: isDone.signal }).catch(() => undefined);
    await Promise.race([work, timeUp]).finally(() => isDone.abort());
  }
}
