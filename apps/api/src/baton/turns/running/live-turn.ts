import { AppError } from '@app/common';
import type { OwnershipReason, ToolOutcome } from '@app/contracts';
import type { MeteredCall } from '../../../accounting/index.js';
import type { CallAttempt } from '../../../models/index.js';
import type { NewChunk } from '../turn-chunks.repository.js';
import { AnswerNotes } from './answer-notes.js';
import type { FinalTurnStatus, StartedTurn } from '../turn.types.js';

/** Why this instance stops a turn that it runs: the turn may not write any more, or it ends with a status of its own. */
export type StopReason = { kind: 'fenced' } | { kind: 'ended'; status: FinalTurnStatus; error: AppError | null };

/** A tool call, for the trace. */
export interface TracedToolCall {
  callId: string;
  tool: string;
  arguments: string;
  outcome: ToolOutcome;
  output: string;
  milliseconds: number;
}

/** An administrator has stopped all bots. */
export const BOTS_STOPPED: StopReason = {
  kind: 'ended',
  status: 'interrupted',
  error: new AppError('BOTS_STOPPED'),
};

/** A turn that this instance runs: the generated text, how much of it is committed, and the signal that stops the provider. */
export class LiveTurn {
  private readonly abortController = new AbortController();
  private readonly committedParts: string[] = [];
  private pendingParts: string[] = [];
  private committedLength = 0;
  private pendingLength = 0;
  /** Text on its way into the database. */
  private inFlight = '';
  stopReason: StopReason | null = null;
  attempts = 0;
  /** The bot has requested a handoff, which happens when the turn ends. */
  handoffReason: OwnershipReason | null = null;
  /** Every call of the model service that was made for the turn here, in order. */
  readonly calls: MeteredCall[] = [];
  readonly toolCalls: TracedToolCall[] = [];
  readonly notes = new AnswerNotes();
  /** Every attempt at a service, also those that were skipped. */
  readonly callAttempts: CallAttempt[] = [];
  /** The service that was asked last: the one that answered, if one did. */
  serviceId: string | null = null;
  model: string | null = null;
  firstTextAt: number | null = null;
  readonly startedAt = performance.now();

  constructor(readonly turn: StartedTurn) {}

  get signal(): AbortSignal {
    return this.abortController.signal;
  }

  /** Characters generated so far. */
  get length(): number {
    return this.committedLength + this.inFlight.length + this.pendingLength;
  }

  get isFirstChunk(): boolean {
    return this.committedLength === 0 && this.inFlight === '';
  }

  /** The text generated so far, committed or not. */
  get text(): string {
    return this.committedParts.join('') + this.inFlight + this.pendingParts.join('');
  }

  get timings() {
    return {
      attempts: this.attempts,
      firstTextMs: this.firstTextAt === null ? null : Math.round(this.firstTextAt - this.startedAt),
      totalMs: Math.round(performance.now() - this.startedAt),
    };
  }

  append(text: string): void {
    this.firstTextAt ??= performance.now();
    this.pendingParts.push(text);
    this.pendingLength += text.length;
  }

  /** The text to commit next; null when there is none. */
  takeChunk(): NewChunk | null {
    if (this.pendingLength === 0 || this.inFlight !== '') return null;
    this.inFlight = this.pendingParts.join('');
    this.pendingParts = [];
    this.pendingLength = 0;
    const { turnId, chatId, epoch } = this.turn;
    return { turnId, chatId, epoch, offset: this.committedLength, text: this.inFlight };
  }

  chunkCommitted(): void {
    this.committedParts.push(this.inFlight);
    this.committedLength += this.inFlight.length;
    this.inFlight = '';
  }

  /** The write failed; the text goes into the next one. */
  chunkReturned(): void {
    this.pendingParts.unshift(this.inFlight);
    this.pendingLength += this.inFlight.length;
    this.inFlight = '';
  }

  /** Ends the provider's stream. The first reason counts. */
  stop(reason: StopReason): void {
    this.stopReason ??= reason;
    this.abortController.abort();
  }
}
