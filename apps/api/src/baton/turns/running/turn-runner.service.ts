import { AppConfig, AppError } from '@app/common';
import type { TurnUsage } from '@app/contracts';
import { estimateUsage } from '@app/openai';
import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { setTimeout as delay } from 'node:timers/promises';
import { BotStopService, BotsService } from '../../../bots/index.js';
import type { AppEvents } from '../../../events.js';
import { ChatLogHub } from '../../log/chat-log.hub.js';
import { CommitWindow } from './commit-window.js';
import { HandOffRulesService } from '../../handoff/handoff-rules.service.js';
import { BOTS_STOPPED, LiveTurn, type StopReason } from './live-turn.js';
import { TurnConversation } from './turn-conversation.service.js';
import { TurnLeasesRepository } from '../turn-leases.repository.js';
import { TurnOutcomeRepository } from '../turn-endings.repository.js';
import { TurnPromptService, type Prompt } from '../prompt/turn-prompt.service.js';
import { TurnMetrics } from './turn.metrics.js';
import { NO_USAGE, type FinalTurnStatus, type StartedTurn, type TurnOutcome } from '../turn.types.js';

const END_ATTEMPTS = 10;
const END_RETRY_MS = 500;

type Waiter = (outcome: TurnOutcome | null) => void;

/**
 * Runs the turns that this instance has begun, and brings each to a named end.
 * The provider connection belongs to the turn, not to the request that caused it.
 */
@Injectable()
export class TurnRunner {
  private readonly logger = new Logger(TurnRunner.name);
  private readonly live = new Map<string, LiveTurn>();
  private readonly waiters = new Map<string, Waiter[]>();
  private idle: (() => void) | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly prompts: TurnPromptService,
    private readonly bots: BotsService,
    private readonly botStop: BotStopService,
    private readonly conversation: TurnConversation,
    private readonly handOffs: HandOffRulesService,
    private readonly window: CommitWindow,
    private readonly leases: TurnLeasesRepository,
    private readonly outcomes: TurnOutcomeRepository,
    private readonly hub: ChatLogHub,
    private readonly metrics: TurnMetrics,
    private readonly events: EventEmitter2,
  ) {}

  /** Begins to run the turn; it goes on whoever leaves. Of two beginnings of one turn the later epoch runs. */
  start(turn: StartedTurn): void {
    const other = this.live.get(turn.turnId);
    if (other && other.turn.epoch >= turn.epoch) return;
    // Its lease ran out here, before this instance heard that it was to run it.
    other?.stop({ kind: 'fenced' });
    const live = new LiveTurn(turn);
    this.live.set(turn.turnId, live);
    this.metrics.runningTurns.set(this.live.size);
    void this.run(live).finally(() => this.forget(live));
  }

  isRunning(turnId: string): boolean {
    return this.live.has(turnId);
  }

  runningTurnIds(): string[] {
    return [...this.live.keys()];
  }

  /** Resolves with the outcome of a turn that runs here; with null when it ended in another way (somebody else has ended it). */
  whenEnded(turnId: string): Promise<TurnOutcome | null> {
    return new Promise((resolve) => {
      this.waiters.set(turnId, [...(this.waiters.get(turnId) ?? []), resolve]);
    });
  }

  /** The chats whose turns run here. */
  runningChatIds(): string[] {
    return [...this.live.values()].map(({ turn }) => turn.chatId);
  }

  /** Somebody has looked: `runningTurnId` holds the chat now. Whatever else runs here for that chat has lost the baton. */
  fenceOff(chatId: string, runningTurnId: string | null): void {
    for (const live of this.live.values()) {
      if (live.turn.chatId === chatId && live.turn.turnId !== runningTurnId) live.stop({ kind: 'fenced' });
    }
  }

  stopTurn(turnId: string, reason: StopReason): void {
    this.live.get(turnId)?.stop(reason);
  }

  stopAll(reason: StopReason): void {
    for (const live of this.live.values()) live.stop(reason);
  }

  /** Leaves the turns that are given anew when they are cut to whoever comes after this instance. Returns their ids. */
  leaveRepeated(): string[] {
    const left = [...this.live.values()].filter(({ turn }) => turn.options.isRepeatedWhenCut);
    for (const live of left) live.stop({ kind: 'fenced' });
    return left.map(({ turn }) => turn.turnId);
  }

  /** Resolves when nothing runs here any more, or after the time is up. */
  async whenIdle(milliseconds: number): Promise<void> {
    if (this.live.size === 0) return;
    const timeUp = new AbortController();
    await Promise.race([
      new Promise<void>((resolve) => (this.idle = resolve)),
      delay(milliseconds, undefined, { signal: timeUp.signal }).catch(() => undefined),
    ]);
    timeUp.abort();
  }

  private async run(live: LiveTurn): Promise<void> {
    const deadline = setTimeout(
      () => live.stop({ kind: 'ended', status: 'failed', error: new AppError('TURN_DEADLINE_EXCEEDED') }),
      this.config.turns.deadlineMs,
    );
    let prompt: Prompt | null = null;
    let failure: AppError | null = null;
    try {
      if (await this.botStop.isStopped()) live.stop(BOTS_STOPPED);
      else {
        const [built, isHeld] = await Promise.all([
          this.prompts.buildPrompt(live.turn),
          this.leases.holdsChat(live.turn),
        ]);
        prompt = built;
        live.serviceId = prompt.serviceId;
        live.model = prompt.request.model;
        // Between the commit of the message and the start nobody could tell us that the baton has passed.
        if (isHeld) await this.conversation.hold(live, prompt.request);
        else live.stop({ kind: 'fenced' });
      }
    } catch (error) {
      failure = this.toAppError(error);
    } finally {
      clearTimeout(deadline);
    }
    await this.window.remove(live);
    await this.end(live, prompt, failure);
  }

  private async end(live: LiveTurn, prompt: Prompt | null, failure: AppError | null): Promise<void> {
    const { turn, stopReason } = live;
    const usage = usageOf(live, prompt);
    if (stopReason?.kind === 'fenced') return this.settle(turn, usage);
    const { status, error } = endOf(stopReason, failure);
    if (status === 'failed')
      this.logger.warn({ turnId: turn.turnId, code: error?.code }, `A turn failed: ${error?.message ?? ''}`);
    const isStopped = status === 'interrupted' && stopReason !== null;
    if (status === 'failed') await this.wishForPerson(live);
    for (let attempt = 1; ; attempt++) {
      try {
        const ended = await this.outcomes.endTurn({
          turnId: turn.turnId,
          chatId: turn.chatId,
          epoch: turn.epoch,
          status,
          // An answer that was stopped ends with what people have seen.
          text: isStopped ? null : live.text,
          usage,
          error: error && { code: error.code, detail: error.message },
          serviceId: live.serviceId,
          model: live.model,
          attempts: live.attempts,
          handOff: live.handOff,
          trace: turn.options.isTraceLogEnabled
            ? { ...prompt?.trace, toolCalls: live.toolCalls, ...live.timings }
            : null,
          metaData: prompt === null || prompt.sources.length === 0 ? null : { sources: prompt.sources },
        });
        if (ended.kind === 'fenced') return await this.settle(turn, usage);
        this.metrics.turns.inc({ status });
        this.hub.publishEvents(turn.chatId, ended.events);
        this.tell(turn.turnId, ended.outcome);
        if (ended.next) this.start(ended.next);
        if (status === 'completed') this.publishCompletion(turn);
        return;
      } catch (cause) {
        this.logger.error({ err: cause, turnId: turn.turnId }, 'The end of a turn could not be stored');
        // Its lease runs out: a sweeper, here or elsewhere, seals it with what was committed.
        if (attempt === END_ATTEMPTS) return;
        await delay(END_RETRY_MS);
      }
    }
  }

  private publishCompletion({ turnId, chatId, botId }: StartedTurn): void {
    this.events.emit('turn.completed', { turnId, chatId, botId } satisfies AppEvents['turn.completed']);
  }

  /** A bot that fails too often makes way for a person. */
  private async wishForPerson(live: LiveTurn): Promise<void> {
    try {
      const bot = await this.bots.getProfile(live.turn.botId);
      if (await this.handOffs.isDueAfterFailure(bot, live.turn.chatId)) live.handOff ??= 'error';
    } catch (error) {
      this.logger.error({ err: error, turnId: live.turn.turnId }, 'The rule for failures could not be looked at');
    }
  }

  /** Somebody else has ended the turn; what it cost is only known here. */
  private async settle(turn: StartedTurn, usage: TurnUsage): Promise<void> {
    await this.outcomes
      .settleUsage(turn.turnId, usage)
      .catch((error: unknown) =>
        this.logger.error({ err: error, turnId: turn.turnId }, 'The usage of a cut turn could not be stored'),
      );
  }

  private forget(live: LiveTurn): void {
    const { turnId } = live.turn;
    if (this.live.get(turnId) !== live) return;
    this.live.delete(turnId);
    this.metrics.runningTurns.set(this.live.size);
    this.tell(turnId, null);
    if (this.live.size === 0) this.idle?.();
  }

  private tell(turnId: string, outcome: TurnOutcome | null): void {
    const waiters = this.waiters.get(turnId);
    this.waiters.delete(turnId);
    for (const waiter of waiters ?? []) waiter(outcome);
  }

  private toAppError(error: unknown): AppError {
    if (error instanceof AppError) return error;
    this.logger.error({ err: error }, 'A turn met an unexpected error');
    return new AppError('INTERNAL', { cause: error });
  }
}

function endOf(
  reason: StopReason | null,
  failure: AppError | null,
): { status: FinalTurnStatus; error: AppError | null } {
  if (reason?.kind === 'ended') return reason;
  if (failure === null) return { status: 'completed', error: null };
  return { status: failure.code === 'PROVIDER_ANSWER_CUT' ? 'interrupted' : 'failed', error: failure };
}

/** The service's own numbers, else ours for what was sent and heard. */
function usageOf(live: LiveTurn, prompt: Prompt | null): TurnUsage {
  if (live.usage) return live.usage;
  if (prompt === null || live.length === 0) return NO_USAGE;
  return estimateUsage(prompt.request, live.text);
}
