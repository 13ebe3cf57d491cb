import { activeSpan, finish, Tracing, withSpan } from '@app/common';
import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { AppEvents } from '../../../events.js';
import { ChatLogHub } from '../../log/chat-log.hub.js';
import type { CommittedChange, StartedTurn } from '../turn.types.js';
import type { LiveTurn } from './live-turn.js';
import { LiveTurns } from './live-turns.js';
import { TurnEndingsService } from './turn-endings.service.js';
import { TurnGeneration } from './turn-generation.js';
import { TurnMetrics } from './turn.metrics.js';

/**
 * Runs this instance's turns, and acts on what was committed: in a chat, a commit revokes a turn, brings events, or starts a turn.
 * The provider connection belongs to the turn, not to the request that caused it.
 */
@Injectable()
export class TurnRunner {
  private readonly logger = new Logger(TurnRunner.name);

  constructor(
    private readonly live: LiveTurns,
    private readonly generation: TurnGeneration,
    private readonly endings: TurnEndingsService,
    private readonly hub: ChatLogHub,
    private readonly metrics: TurnMetrics,
    private readonly events: EventEmitter2,
    private readonly tracing: Tracing,
  ) {}

  /** Must follow every commit that writes into a chat whose turns it may have started or ended. */
  afterCommit({ chatId, events, revokedTurnId = null, next = null }: CommittedChange): void {
    if (revokedTurnId !== null) this.live.revoke(revokedTurnId);
    for (const event of events) if (event.type === 'turn.ended') this.metrics.turns.inc({ status: event.data.status });
    this.hub.publishEvents(chatId, events);
    if (next !== null) this.start(next);
  }

  /** Of two starts of one turn the one in the later epoch runs. */
  private start(turn: StartedTurn): void {
    const live = this.live.add(turn);
    if (live === null) return;
    this.trace(live)
      .catch((error: unknown) => this.logger.error({ err: error, turnId: turn.turnId }, 'A turn failed unexpectedly'))
      .finally(() => this.live.remove(live));
  }

  /** Below the request that brought the message, on whatever instance and whenever that was. */
  private trace(live: LiveTurn): Promise<void> {
    const { turnId, chatId, botId, options } = live.turn;
    const span = this.tracing.start('turn', {
      kind: 'internal',
      parent: options.trace,
      cause: activeSpan(),
      attributes: { 'baton.turn.id': turnId, 'gen_ai.conversation.id': chatId, 'gen_ai.agent.id': botId },
    });
    if (span === undefined) return this.run(live);
    return finish(span, () => withSpan(span, () => this.run(live)));
  }

  private async run(live: LiveTurn): Promise<void> {
    const ended = await this.endings.end(live, await this.generation.generate(live));
    if (ended?.kind !== 'ended') return;
    const { turnId, chatId, botId } = live.turn;
    this.afterCommit({ chatId, events: ended.events, next: ended.next });
    this.live.notifyEnded(turnId, ended.outcome);
    const { status, error } = ended.outcome;
    activeSpan()?.set({ 'baton.turn.status': status, ...(error && { 'error.type': error.code }) });
    if (ended.outcome.status === 'completed')
      this.events.emit('turn.completed', { turnId, chatId, botId } satisfies AppEvents['turn.completed']);
  }
}
