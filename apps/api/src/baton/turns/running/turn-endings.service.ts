import { isStorageFull, isUnreachable, type AppError } from '@app/common';
import type { OwnershipReason } from '@app/contracts';
import type { TurnCitation, TurnError, TurnMetaData, TurnSource } from '@app/database';
import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { BotsService } from '../../../bots/index.js';
import { HandoffRulesService } from '../../handoff/handoff-rules.service.js';
import { TurnEndingsRepository } from '../turn-endings.repository.js';
import type { EndedTurn, FinalTurnStatus, TurnEnding } from '../turn.types.js';
import type { LiveTurn } from './live-turn.js';
import { LiveTurns } from './live-turns.js';
import type { Generation } from './turn-generation.js';
import { TurnMeter } from './turn-meter.js';

const END_ATTEMPTS = 10;
const END_RETRY_MS = 500;

/** Brings every turn that this instance has run to a named end. */
@Injectable()
export class TurnEndingsService {
  private readonly logger = new Logger(TurnEndingsService.name);

  constructor(
    private readonly live: LiveTurns,
    private readonly endings: TurnEndingsRepository,
    private readonly bots: BotsService,
    private readonly handoffRules: HandoffRulesService,
    private readonly meter: TurnMeter,
  ) {}

  /** Null when the end could not be stored: then the lease expires, and a sweeper seals the turn with its committed text. */
  async end(live: LiveTurn, generation: Generation): Promise<EndedTurn | null> {
    const ending = await this.endingOf(live, generation);
    if (ending === null) {
      await this.correctUsage(live);
      return { kind: 'fenced' };
    }
    for (let attempt = 1; ; attempt++) {
      try {
        const ended = await this.endings.endTurn(ending);
        if (ended.kind === 'fenced') await this.correctUsage(live);
        return ended;
      } catch (cause) {
        if (attempt === 1)
          this.logger.error({ err: cause, turnId: ending.turnId }, 'The end of a turn could not be stored');
        // While the database is away or full the answer is kept: other instances could not end the turn either.
        const isKept = isUnreachable(cause) || isStorageFull(cause);
        if (isKept) this.live.notifyUnstored(ending.turnId, cause);
        else if (attempt >= END_ATTEMPTS) return null;
        await delay(END_RETRY_MS);
      }
    }
  }

  /** Null when the turn is fenced. */
  private async endingOf(live: LiveTurn, { prompt, failure }: Generation): Promise<TurnEnding | null> {
    const { turn, stopReason } = live;
    if (stopReason?.kind === 'fenced') return null;
    const { status, error } = stopReason ?? resultOf(failure);
    if (status === 'failed')
      this.logger.warn({ turnId: turn.turnId, code: error?.code }, `A turn failed: ${error?.message ?? ''}`);
    const isStopped = status === 'interrupted' && stopReason !== null;
    return {
      turnId: turn.turnId,
      chatId: turn.chatId,
      epoch: turn.epoch,
      status,
      // An answer that was stopped ends with the text that was shown.
      text: isStopped ? null : live.text,
      usage: this.meter.usageOf(live),
      settled: this.meter.settlementsOf(live, error?.code ?? 'aborted'),
      error: error && turnErrorOf(error),
      serviceId: live.serviceId,
      model: live.model,
      attempts: live.attempts,
      handoffReason: live.handoffReason ?? (status === 'failed' ? await this.handoffAfterFailure(live) : null),
      trace: turn.options.isTraceLogEnabled
        ? {
            ...prompt?.trace,
            toolCalls: live.toolCalls,
            calls: live.callAttempts,
            ...live.notes.trace,
            ...live.timings,
          }
        : null,
      metaData: metaDataOf(prompt?.sources ?? [], live.notes.citations),
      contextFrom: prompt?.contextFrom ?? null,
      kept: status === 'completed' ? live.notes.kept : null,
    };
  }

  /** The reason of a handoff if the bot has failed too often in a row. */
  private async handoffAfterFailure({ turn }: LiveTurn): Promise<OwnershipReason | null> {
    try {
      const bot = await this.bots.getProfile(turn.botId);
      return (await this.handoffRules.isDueAfterFailure(bot, turn.chatId)) ? 'error' : null;
    } catch (error) {
      this.logger.error({ err: error, turnId: turn.turnId }, 'The handoff rule for failures could not be checked');
      return null;
    }
  }

  /** Something else ended the turn; only this instance knows what it cost. */
  private async correctUsage(live: LiveTurn): Promise<void> {
    const { turnId } = live.turn;
    await this.endings
      .correctUsage(turnId, this.meter.settlementsOf(live, 'aborted'))
      .catch((error: unknown) =>
        this.logger.error({ err: error, turnId }, 'The usage of an interrupted turn could not be stored'),
      );
  }
}

function turnErrorOf({ code, message: detail, retryAfterSeconds }: AppError): TurnError {
  return { code, detail, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}

/** The result of a turn that was not stopped. */
function resultOf(failure: AppError | null): { status: FinalTurnStatus; error: AppError | null } {
  if (failure === null) return { status: 'completed', error: null };
  return { status: failure.code === 'PROVIDER_ANSWER_CUT' ? 'interrupted' : 'failed', error: failure };
}

const metaDataOf = (sources: TurnSource[], citations: TurnCitation[]): TurnMetaData | null =>
  sources.length + citations.length === 0 ? null : { sources, ...(citations.length > 0 && { citations }) };
