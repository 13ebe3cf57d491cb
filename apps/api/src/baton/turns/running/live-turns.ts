import { AppConfig, AppError } from '@app/common';
import { Injectable } from '@nestjs/common';
import type { StartedTurn, TurnOutcome } from '../turn.types.js';
import { LiveTurn, type StopReason } from './live-turn.js';
import { TurnMetrics } from './turn.metrics.js';

interface Waiter {
  resolve: (outcome: TurnOutcome | null) => void;
  reject: (error: unknown) => void;
}

/** The turns that this instance runs, and the callers that wait for their ends. */
@Injectable()
export class LiveTurns {
  private readonly turns = new Map<string, LiveTurn>();
  private readonly waiters = new Map<string, Waiter[]>();
  private idle: (() => void) | null = null;
  /** Places of turns that are about to start. */
  private held = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly metrics: TurnMetrics,
  ) {}

  /** Null when the turn already runs here in this epoch or a later one; a run in an older epoch is fenced. */
  add(turn: StartedTurn): LiveTurn | null {
    const other = this.turns.get(turn.turnId);
    if (other && other.turn.epoch >= turn.epoch) return null;
    other?.stop({ kind: 'fenced' });
    const live = new LiveTurn(turn);
    this.turns.set(turn.turnId, live);
    this.metrics.runningTurns.set(this.turns.size);
    return live;
  }

  /** The turn's run is over. Callers that still wait learn that it ended elsewhere. */
  remove(live: LiveTurn): void {
    const { turnId } = live.turn;
    if (this.turns.get(turnId) !== live) return;
    this.turns.delete(turnId);
    this.metrics.runningTurns.set(this.turns.size);
    this.notifyEnded(turnId, null);
    if (this.turns.size === 0) this.idle?.();
  }

  /** Tells the work whether this instance can run one more turn. Until it is done, its turn counts as if it ran. */
  async holdPlace<Result>(work: (mayStart: boolean) => Promise<Result>): Promise<Result> {
    const mayStart = this.turns.size + this.held < this.config.turns.liveLimit;
    this.held++;
    try {
      return await work(mayStart);
    } finally {
      this.held--;
    }
  }

  has(turnId: string): boolean {
    return this.turns.has(turnId);
  }

  turnIds(): string[] {
    return [...this.turns.keys()];
  }

  chatIds(): string[] {
    return [...this.turns.values()].map(({ turn }) => turn.chatId);
  }

  /**
   * Resolves with the outcome of a turn that runs here; with null when something else ended it. Rejects when its end cannot be stored at
   * the moment: the turn keeps trying, which may take longer than a caller should wait.
   */
  whenEnded(turnId: string): Promise<TurnOutcome | null> {
    return new Promise((resolve, reject) => {
      this.waiters.set(turnId, [...(this.waiters.get(turnId) ?? []), { resolve, reject }]);
    });
  }

  notifyEnded(turnId: string, outcome: TurnOutcome | null): void {
    for (const { resolve } of this.takeWaiters(turnId)) resolve(outcome);
  }

  notifyUnstored(turnId: string, error: unknown): void {
    for (const { reject } of this.takeWaiters(turnId)) reject(error);
  }

  private takeWaiters(turnId: string): Waiter[] {
    const waiters = this.waiters.get(turnId) ?? [];
    this.waiters.delete(turnId);
    return waiters;
  }

  /** The turn may not write any more. */
  revoke(turnId: string): void {
    this.turns.get(turnId)?.stop({ kind: 'fenced' });
  }

  /** The database says which turn of the chat may write, if any; every other one is revoked. */
  revokeOthers(chatId: string, runningTurnId: string | null): void {
    for (const { turn } of this.turns.values())
      if (turn.chatId === chatId && turn.turnId !== runningTurnId) this.revoke(turn.turnId);
  }

  stopAll(reason: StopReason): void {
    for (const live of this.turns.values()) live.stop(reason);
  }

  /**
   * Stops all turns before a shutdown. Those that are repeated when they are interrupted are not ended here: the result are their ids,
   * for another instance to recover.
   */
  drain(): string[] {
    const handedOver = [...this.turns.values()].filter(({ turn }) => turn.options.isRepeatedWhenCut);
    for (const live of handedOver) live.stop({ kind: 'fenced' });
    this.stopAll({ kind: 'ended', status: 'interrupted', error: new AppError('SHUTTING_DOWN') });
    return handedOver.map(({ turn }) => turn.turnId);
  }

  /** Resolves when no turn runs here. */
  async whenIdle(): Promise<void> {
    if (this.turns.size > 0) await new Promise<void>((resolve) => (this.idle = resolve));
  }
}
