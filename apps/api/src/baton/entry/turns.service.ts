import { activeSpan, AppError } from '@app/common';
import type { TurnError } from '@app/database';
import { Injectable } from '@nestjs/common';
import { ChatStreamsService } from '../readers/chat-streams.service.js';
import { LiveTurns } from '../turns/running/live-turns.js';
import { TurnMetrics } from '../turns/running/turn.metrics.js';
import { TurnRunner } from '../turns/running/turn-runner.js';
import { TurnChunksRepository } from '../turns/turn-chunks.repository.js';
import { TurnEndingsRepository } from '../turns/turn-endings.repository.js';
import { TurnIntakeRepository } from '../turns/turn-intake.repository.js';
import { interruptionOf, type IncomingMessage } from '../turns/turn.types.js';
import { TurnsRepository } from '../turns/turns.repository.js';
import { AcceptedTurn, type TurnEngine } from './accepted-turn.js';

/** Turns as the rest of the server uses them: a message is accepted, and its turn answers it or is interrupted. */
@Injectable()
export class TurnsService {
  private readonly engine: TurnEngine;

  constructor(
    private readonly intake: TurnIntakeRepository,
    private readonly endings: TurnEndingsRepository,
    private readonly turns: TurnsRepository,
    private readonly chunks: TurnChunksRepository,
    private readonly runner: TurnRunner,
    private readonly metrics: TurnMetrics,
    private readonly live: LiveTurns,
    streams: ChatStreamsService,
  ) {
    this.engine = { live, runner, streams, turns };
  }

  /** Stores the message; when this returns it is durable. */
  async accept(request: Omit<IncomingMessage, 'mayStart'>): Promise<AcceptedTurn> {
    const { message, accepted } = await this.live.holdPlace(async (mayStart) => {
      const message = withTrace({ ...request, mayStart });
      return { message, accepted: await this.intake.accept(message) };
    });
    if (accepted.kind === 'rejected') throw accepted.error;
    if (accepted.kind === 'queued') this.metrics.queuedMessages.inc();
    return new AcceptedTurn(this.engine, message, accepted);
  }

  /** The committed text of a running turn. */
  findShownText(turnId: string): Promise<string> {
    return this.chunks.findText(turnId, 0);
  }

  /** The bot that answers a request which was accepted before. */
  findBotOfRequest(requestKey: string): Promise<string | null> {
    return this.turns.findBotOfRequest(requestKey);
  }

  /**
   * Ends a running turn of any instance: its message is sealed with the text shown so far. Throws `NO_RUNNING_TURN` when it is not
   * running (any more).
   */
  async interrupt(chatId: string, turnId: string, error: TurnError | null = null): Promise<void> {
    const ended = await this.endings.endTurn(interruptionOf({ turnId, chatId }, error));
    if (ended.kind === 'fenced') throw new AppError('NO_RUNNING_TURN');
    this.runner.afterCommit({ chatId, events: ended.events, revokedTurnId: turnId, next: ended.next });
  }
}

/** Wherever the turn runs, it belongs to the trace of the request. */
function withTrace(message: IncomingMessage): IncomingMessage {
  const span = activeSpan();
  return span === undefined ? message : { ...message, options: { ...message.options, trace: span.headers() } };
}
