import { AppConfig, withoutSpan } from '@app/common';
import { isTransient } from '@app/database';
import { Injectable, Logger } from '@nestjs/common';
import { ChatLogHub, LogDelta } from '../../log/chat-log.hub.js';
import type { LiveTurn } from './live-turn.js';
import { TurnChunksRepository, type NewChunk } from '../turn-chunks.repository.js';
import { TurnMetrics } from './turn.metrics.js';

const RETRY_AFTER_MS = 250;

/**
 * Write-ahead streaming: gathers the text of all live turns of this instance, commits it in one transaction, then delivers it. The first
 * text of a turn that has readers is committed at once, everything else once per window.
 */
@Injectable()
export class CommitWindow {
  private readonly logger = new Logger(CommitWindow.name);
  private readonly dirty = new Set<LiveTurn>();
  private timer: NodeJS.Timeout | null = null;
  private immediate: NodeJS.Immediate | null = null;
  private flushing: Promise<void> | null = null;
  /** First text arrived during a commit: the next one follows at once. */
  private isUrgent = false;
  /** Said once, not with every attempt. */
  private isFailing = false;

  constructor(
    private readonly config: AppConfig,
    private readonly chunks: TurnChunksRepository,
    private readonly hub: ChatLogHub,
    private readonly metrics: TurnMetrics,
  ) {}

  /** The turn has new text. */
  add(live: LiveTurn): void {
    this.dirty.add(live);
    if (live.isFirstChunk && this.hub.hasReaders(live.turn.chatId)) {
      this.isUrgent = true;
      this.flushAtOnce();
    } else {
      this.flushLater();
    }
  }

  /** Drops the turn's pending text and resolves when none of its text is on its way into the database. */
  async remove(live: LiveTurn): Promise<void> {
    this.dirty.delete(live);
    await this.flushing;
  }

  private flushAtOnce(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    // One iteration of the event loop gathers the first text of turns that start together.
    this.immediate ??= setImmediate(() => {
      this.immediate = null;
      // The text of many turns: their traces would tell it every window.
      this.flushing ??= withoutSpan(() => this.flush()).finally(() => {
        this.flushing = null;
        if (this.dirty.size === 0) return;
        if (this.isUrgent) this.flushAtOnce();
        else this.flushLater();
      });
    });
  }

  private flushLater(): void {
    this.timer ??= setTimeout(() => this.flushAtOnce(), this.config.turns.commitWindowMs);
  }

  private async flush(): Promise<void> {
    this.isUrgent = false;
    const writing = new Map<LiveTurn, NewChunk>();
    for (const live of this.dirty) {
      const chunk = live.takeChunk();
      if (chunk) writing.set(live, chunk);
    }
    this.dirty.clear();
    if (writing.size === 0) return;
    const endTimer = this.metrics.commitWindow.startTimer();
    try {
      const stored = await this.chunks.appendChunks([...writing.values()]);
      this.isFailing = false;
      for (const [live, chunk] of writing) this.deliver(live, chunk, stored.has(chunk.turnId));
    } catch (error) {
      this.retryLater(writing, error);
    }
    endTimer();
  }

  private deliver(live: LiveTurn, chunk: NewChunk, isStored: boolean): void {
    if (!isStored) return live.stop({ kind: 'fenced' });
    live.chunkCommitted();
    const { turnId, outputMessageId: messageId, chatId, epoch } = live.turn;
    this.hub.publish(chatId, [new LogDelta({ messageId, turnId, offset: chunk.offset, text: chunk.text }, epoch)]);
  }

  /** Nothing was written, so nothing is delivered; the next window tries again. */
  private retryLater(writing: Map<LiveTurn, NewChunk>, error: unknown): void {
    if (!isTransient(error) && !this.isFailing) {
      this.logger.error({ err: error }, 'Streamed text could not be stored; trying again');
      this.isFailing = true;
    }
    for (const live of writing.keys()) {
      live.chunkReturned();
      if (live.stopReason === null) this.dirty.add(live);
    }
    this.timer ??= setTimeout(() => this.flushAtOnce(), RETRY_AFTER_MS);
  }
}
