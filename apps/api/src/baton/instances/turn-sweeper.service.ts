import { AppConfig, AppError, WorkLoop } from '@app/common';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ChatLogHub } from '../log/chat-log.hub.js';
import { ORPHAN_BATCH, TurnLeasesRepository, type ExpiredTurn } from '../turns/turn-leases.repository.js';
import { TurnOutcomeRepository } from '../turns/turn-endings.repository.js';
import { TurnRunner } from '../turns/running/turn-runner.service.js';
import { cutShort } from '../turns/turn.types.js';

const SWEEPS_PER_LEASE = 4;

/**
 * Keeps the leases of this instance's turns and ends the turns of instances that died: begun anew when nothing was shown, else sealed
 * with what was committed (and repeated as another turn where only whole answers count). Together with the lease's length this ends every orphan within 15 s.
 */
@Injectable()
export class TurnSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TurnSweeper.name);
  private readonly loop = new WorkLoop(
    'Sweeping the turns',
    () => this.config.turns.leaseMs / SWEEPS_PER_LEASE,
    () => this.sweepAll(),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly runner: TurnRunner,
    private readonly leases: TurnLeasesRepository,
    private readonly outcomes: TurnOutcomeRepository,
    private readonly hub: ChatLogHub,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.recoverOrphans(true);
    this.loop.start();
  }

  /** Lets running answers finish for a while, then gives them up so that their ends do not wait for their leases. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.whenIdle(this.config.http.shutdownGraceMs);
    await this.loop.stop();
    const left = this.runner.leaveRepeated();
    this.runner.stopAll({ kind: 'ended', status: 'interrupted', error: new AppError('SHUTTING_DOWN') });
    await this.runner.whenIdle(this.config.http.shutdownGraceMs);
    await this.leases.expireLeases(left);
  }

  /** One round; never fails. */
  sweep(): Promise<void> {
    return this.loop.run();
  }

  private async sweepAll(): Promise<void> {
    await this.leases.renewLeases(this.runner.runningTurnIds());
    await this.recoverOrphans(false);
  }

  /** Together, so that a thousand turns of an instance that died end in time and share their commits. */
  private async recoverOrphans(isStarting: boolean): Promise<void> {
    for (let isMore = true; isMore;) {
      const orphans = await this.leases.findOrphans(isStarting);
      const recovered = await Promise.all(orphans.map((orphan) => this.recover(orphan, isStarting)));
      isMore = orphans.length >= ORPHAN_BATCH && recovered.includes(true);
    }
  }

  /** @returns whether the turn was an orphan and is none any more */
  private async recover(orphan: ExpiredTurn, isStarting: boolean): Promise<boolean> {
    if (this.runner.isRunning(orphan.turnId)) return false;
    const taken = await this.leases.takeOver(orphan, isStarting);
    if (taken.kind === 'gone') return false;
    if (taken.kind === 'again') {
      this.logger.warn({ turnId: orphan.turnId }, 'A turn of a dead instance begins anew');
      this.runner.start(taken.turn);
      return true;
    }
    const { isRepeated } = taken;
    const code = isRepeated ? 'TURN_REPEATED' : 'TURN_INTERRUPTED';
    const error = { code, detail: 'The instance that ran this turn stopped.' };
    const ended = await this.outcomes.endTurn({ ...cutShort(orphan, error), isRepeated });
    if (ended.kind === 'fenced') return false;
    this.logger.warn({ turnId: orphan.turnId }, 'A turn of a dead instance was sealed');
    this.hub.publishEvents(orphan.chatId, ended.events);
    if (ended.next) this.runner.start(ended.next);
    return true;
  }
}
