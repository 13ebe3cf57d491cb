import { AppError } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ChatLogHub } from '../log/chat-log.hub.js';
import { TurnChunksRepository } from './turn-chunks.repository.js';
import { TurnIntakeRepository } from './turn-intake.repository.js';
import { TurnOutcomeRepository } from './turn-endings.repository.js';
import { TurnRunner } from './running/turn-runner.service.js';
import { TurnsRepository } from './turns.repository.js';
import { TurnMetrics } from './running/turn.metrics.js';
import { cutShort, type AcceptedMessage, type IncomingMessage, type TurnOutcome } from './turn.types.js';

export type TakenMessage = Exclude<AcceptedMessage, { kind: 'rejected' }>;

/** The turn engine as the rest of the server uses it: messages go in, turns come out, and can be ended from outside. */
@Injectable()
export class TurnsService {
  private isClosing = false;

  constructor(
    private readonly intake: TurnIntakeRepository,
    private readonly outcomes: TurnOutcomeRepository,
    private readonly turns: TurnsRepository,
    private readonly chunks: TurnChunksRepository,
    private readonly runner: TurnRunner,
    private readonly hub: ChatLogHub,
    private readonly metrics: TurnMetrics,
  ) {}

  /** From now on no message is taken in. */
  close(): void {
    this.isClosing = true;
  }

  /**
   * Stores the message; when this returns it is durable. Nothing is published and nothing runs until {@link begin}, so that the
   * caller can first take its place as a reader.
   */
  async acceptMessage(message: IncomingMessage): Promise<TakenMessage> {
    if (this.isClosing) throw new AppError('SHUTTING_DOWN', { retryAfterSeconds: 5 });
    const accepted = await this.intake.acceptMessage(message);
    if (accepted.kind === 'rejected') throw accepted.error;
    return accepted;
  }

  /** Publishes what was stored and lets the turn run. */
  begin(accepted: TakenMessage, chatId: string): void {
    if (accepted.kind === 'attached') return;
    if (accepted.kind === 'queued') this.metrics.queuedMessages.inc();
    if (accepted.kind === 'handed_over' && accepted.cutTurnId !== null)
      this.runner.stopTurn(accepted.cutTurnId, { kind: 'fenced' });
    this.hub.publishEvents(chatId, accepted.events);
    if (accepted.kind === 'started') this.runner.start(accepted.turn);
  }

  /** The outcome of a turn that was begun here; null when somebody else ended it. */
  whenEnded(turnId: string): Promise<TurnOutcome | null> {
    return this.runner.whenEnded(turnId);
  }

  /** What an ended turn came to, wherever it ran; null while it has not ended. */
  findOutcome(turnId: string): Promise<TurnOutcome | null> {
    return this.turns.findOutcome(turnId);
  }

  /** What a running turn has said so far. */
  findShownText(turnId: string): Promise<string> {
    return this.chunks.findText(turnId, 0);
  }

  /** The bot that answers a request seen before. */
  findBotOfRequest(requestKey: string): Promise<string | null> {
    return this.turns.findBotOfRequest(requestKey);
  }

  /**
   * Ends a running turn from outside, wherever it runs: its message is sealed with what was shown. Throws `NO_RUNNING_TURN` when
   * it is not running (any more).
   */
  async interruptTurn(
    chatId: string,
    turnId: string,
    error: { code: string; detail: string } | null = null,
  ): Promise<void> {
    const ended = await this.outcomes.endTurn(cutShort({ turnId, chatId }, error));
    if (ended.kind === 'fenced') throw new AppError('NO_RUNNING_TURN');
    this.runner.stopTurn(turnId, { kind: 'fenced' });
    this.metrics.turns.inc({ status: 'interrupted' });
    this.hub.publishEvents(chatId, ended.events);
    if (ended.next) this.runner.start(ended.next);
  }
}
