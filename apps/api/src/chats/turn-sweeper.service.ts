import { AppConfig, AppError } from '@app/common';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ChatLogHub } from './chat-log.hub.js';
import { TurnLeasesRepository, type ExpiredTurn } from './turn-leases.repository.js';
import { TurnOutcomeRepository } from './turn-outcome.repository.js';
import { TurnRunner } from './turn-runner.service.js';
import { cutShort } from './turn.types.js';

const SWEEPS_PER_LEASE = 4;

/**
 * Keeps the leases of this instance's turns and ends the turns of instances that died: begun anew when nothing was shown, else sealed
 * with what was committed. Together with the lease's length this ends every orphan within 15 s.
 */
@Injectable()
export class TurnSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TurnSweeper.name);
  private timer: NodeJS.Timeout | null = null;
  private isSweeping = false;

  constructor(
    private readonly config: AppConfig,
    private readonly runner: TurnRunner,
    private readonly leases: TurnLeasesRepository,
    private readonly outcomes: TurnOutcomeRepository,
    private readonly hub: ChatLogHub,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.recoverOrphans(true);
    this.timer = setInterval(() => void this.sweep(), this.config.turns.leaseMs / SWEEPS_PER_LEASE);
  }

  /** Lets running answers finish for a while, then gives them up so that their ends do not wait for their leases. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.whenIdle(this.config.http.shutdownGraceMs);
    if (this.timer) clearInterval(this.timer);
    this.runner.stopAll({ kind: 'ended', status: 'interrupted', error: new AppError('SHUTTING_DOWN') });
    await this.runner.whenIdle(this.config.http.shutdownGraceMs);
  }

  private async sweep(): Promise<void> {
    if (this.isSweeping) return;
    this.isSweeping = true;
    try {
      await this.leases.renewLeases(this.runner.runningTurnIds());
      await this.recoverOrphans(false);
    } catch (error) {
      this.logger.error({ err: error }, 'Sweeping failed; trying again');
    } finally {
      this.isSweeping = false;
    }
  }

  private async recoverOrphans(isStarting: boolean): Promise<void> {
    for (const orphan of await this.leases.findOrphans(isStarting)) await this.recover(orphan, isStarting);
  }

  private async recover(orphan: ExpiredTurn, isStarting: boolean): Promise<void> {
    if (this.runner.isRunning(orphan.turnId)) return;
    const again = await this.leases.takeOver(orphan, isStarting);
    if (again) {
      this.logger.warn({ turnId: orphan.turnId }, 'A turn of a dead instance begins anew');
      return this.runner.start(again);
    }
    const error = { code: 'TURN_INTERRUPTED', detail: 'The instance that ran this turn stopped.' };
    const ended = await this.outcomes.endTurn(cutShort(orphan, error));
    if (ended.kind === 'fenced') return;
    this.logger.warn({ turnId: orphan.turnId }, 'A turn of a dead instance was sealed');
    this.hub.publishEvents(orphan.chatId, ended.events);
    if (ended.next) this.runner.start(ended.next);
  }
}
