import type { ChatStreamsService } from '../readers/chat-streams.service.js';
import type { ChatStream } from '../readers/chat-stream.js';
import type { LogPosition } from '../log/log-position.js';
import type { LiveTurns } from '../turns/running/live-turns.js';
import type { TurnRunner } from '../turns/running/turn-runner.js';
import { NO_USAGE, type AcceptedMessage, type IncomingMessage, type TurnOutcome } from '../turns/turn.types.js';
import type { TurnsRepository } from '../turns/turns.repository.js';

/** What the turn of an accepted message is followed with. */
export interface TurnEngine {
  live: LiveTurns;
  runner: TurnRunner;
  streams: ChatStreamsService;
  turns: TurnsRepository;
}

/**
 * A customer's message that is stored, and the turn that answers it. Exactly one of {@link run}, {@link answer} and {@link stream}
 * must be called: until then no event is published and the turn does not run, so that a reader can subscribe first.
 */
export class AcceptedTurn {
  constructor(
    private readonly engine: TurnEngine,
    private readonly message: IncomingMessage,
    private readonly accepted: Exclude<AcceptedMessage, { kind: 'rejected' }>,
  ) {}

  /** Lets the turn run, for callers that follow the chat's log. */
  run(): void {
    const { accepted } = this;
    if (accepted.kind === 'attached') return;
    this.engine.runner.afterCommit({
      chatId: this.message.chatId,
      events: accepted.events,
      revokedTurnId: accepted.kind === 'handed_over' ? accepted.revokedTurnId : null,
      next: accepted.kind === 'started' ? accepted.turn : null,
    });
  }

  /**
   * Lets the turn run and resolves when it has ended, on any instance. Rejects when its end cannot be stored at the moment: the message
   * is stored, and the same request again attaches to its turn.
   */
  async answer(): Promise<TurnOutcome> {
    const { accepted } = this;
    if (accepted.kind === 'handed_over') {
      this.run();
      return handedOver(this.message);
    }
    const { turnId, seq } = accepted.kind === 'started' ? accepted.turn : accepted;
    const endedHere = this.whenEndedHere();
    this.run();
    return (await endedHere) ?? this.engine.streams.waitForEnd(this.message.chatId, turnId, seq);
  }

  /**
   * Lets the turn run and streams its events.
   * @param position where the stream of a repeated request resumes
   * @param completionOf what the closing `turn.ended` carries
   */
  async stream(
    position: LogPosition | null,
    completionOf: (outcome: TurnOutcome) => Promise<object>,
  ): Promise<ChatStream> {
    const { accepted, engine } = this;
    const { chatId } = this.message;
    if (accepted.kind === 'handed_over') {
      this.run();
      return engine.streams.handOver(accepted.events, await completionOf(handedOver(this.message)));
    }
    const { turnId, seq } = accepted.kind === 'started' ? accepted.turn : accepted;
    const from = (accepted.kind === 'attached' ? position : null) ?? { seq: seq - 1, offset: 0 };
    const endedHere = this.whenEndedHere().catch(() => null);
    const isNew = accepted.kind === 'started';
    const stream = await engine.streams.followTurn({ chatId, turnId }, from, isNew, async () => {
      const outcome = (await endedHere) ?? (await engine.turns.findOutcome(turnId));
      return outcome === null ? {} : completionOf(outcome);
    });
    this.run();
    return stream;
  }

  private whenEndedHere(): Promise<TurnOutcome | null> {
    const { accepted, engine } = this;
    if (accepted.kind === 'started') return engine.live.whenEnded(accepted.turn.turnId);
    const isAttachedHere = accepted.kind === 'attached' && engine.live.has(accepted.turnId);
    return isAttachedHere ? engine.live.whenEnded(accepted.turnId) : Promise.resolve(null);
  }
}

/** The message is stored for the agents; no turn answers it. */
const handedOver = ({ messageId, chatId, chatDisplayName, botId, text }: IncomingMessage): TurnOutcome => ({
  // The message's id, because there is no turn; it is the same when the request is repeated.
  turnId: messageId,
  chatId,
  botId,
  status: 'superseded',
  chatDisplayName,
  userMessage: text,
  text: '',
  usage: NO_USAGE,
  error: null,
  trace: null,
  metaData: null,
});
