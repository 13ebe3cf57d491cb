import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { AppEvents } from '../../events.js';
import { BotStateRepository } from './bot-state.repository.js';

/** Together with the interval at which running turns look, every instance obeys within a second. */
const TTL_MS = 500;

/** The switch that stops all bots. */
@Injectable()
export class BotStopService {
  private known: { isStopped: boolean; until: number } | null = null;
  private reading: Promise<boolean> | null = null;

  constructor(
    private readonly state: BotStateRepository,
    private readonly events: EventEmitter2,
  ) {}

  /** Whether bots must not answer. At most half a second old. */
  async isStopped(): Promise<boolean> {
    if (this.known !== null && performance.now() < this.known.until) return this.known.isStopped;
    return (this.reading ??= this.read().finally(() => (this.reading = null)));
  }

  async setStopped(isStopped: boolean): Promise<void> {
    await this.state.setIsStopped(isStopped);
    this.known = { isStopped, until: performance.now() + TTL_MS };
    this.events.emit('bots.stopped', { isStopped } satisfies AppEvents['bots.stopped']);
  }

  private async read(): Promise<boolean> {
    const from = performance.now();
    const before = this.known;
    const isStopped = await this.state.findIsStopped();
    // The switch was thrown here while we read: what was read may be older.
    if (this.known !== before && this.known !== null) return this.known.isStopped;
    this.known = { isStopped, until: from + TTL_MS };
    return isStopped;
  }
}
