import { AppConfig, ShutdownGrace, WorkLoop } from '@app/common';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ORPHAN_BATCH, TurnLeasesRepository, type ExpiredTurn } from '../turns/turn-leases.repository.js';
import { TurnEndingsRepository } from '../turns/turn-endings.repository.js';
import { LiveTurns } from '../turns/running/live-turns.js';
import { TurnRunner } from '../turns/running/turn-runner.js';
import { interruptionOf } from '../turns/turn.types.js';

const SWEEPS_PER_LEASE = 4;
/** What was shown of the turns that are ended is stored within this time, even if the grace period is over. */
const STORED_WITHIN_MS = 700;

/**
 * Renews the leases of this instance's turns and recovers the turns of instances that died: they restart if no text was shown, else they
 * are sealed with their committed text (and repeated by another turn where customers receive whole answers only). Together with the
 * lease's length this ends every orphan within 15 s.
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
    private readonly grace: ShutdownGrace,
    private readonly live: LiveTurns,
    private readonly runner: TurnRunner,
    private readonly leases: TurnLeasesRepository,
    private readonly endings: TurnEndingsRepository,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.recoverOrphans(true);
    this.loop.start();
  }

  /** Lets running turns finish within the grace period, then drains the others. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.grace.wait(this.live.whenIdle());
    await this.grace.wait(this.loop.stop(), STORED_WITHIN_MS);
    const handedOver = this.live.drain();
    await this.grace.wait(this.live.whenIdle(), STORED_WITHIN_MS);
    await this.leases.expireLeases(handedOver);
  }

  /** One round; never fails. */
  sweep(): Promise<void> {
    return this.loop.run();
  }

  private async sweepAll(): Promise<void> {
    await this.leases.renewLeases(this.live.turnIds());
    await this.recoverOrphans(false);
  }

  /** In parallel, so that a thousand turns of an instance that died end in time and share their commits. */
  private async recoverOrphans(isStarting: boolean): Promise<void> {
    for (let isMore = true; isMore;) {
      const orphans = await this.leases.findOrphans(isStarting);
      const recovered = await Promise.all(orphans.map((orphan) => this.recover(orphan, isStarting)));
      isMore = orphans.length >= ORPHAN_BATCH && recovered.includes(true);
    }
  }

  /** @returns whether the turn was an orphan that has now been recovered */
  private async recover(orphan: ExpiredTurn, isStarting: boolean): Promise<boolean> {
    if (this.live.has(orphan.turnId)) return false;
    const recovery = await this.leases.recover(orphan, isStarting);
    const { chatId, turnId } = orphan;
    if (recovery.kind === 'gone') return false;
    if (recovery.kind === 'restart') {
      this.logger.warn({ turnId }, 'A turn of a dead instance restarts');
      this.runner.afterCommit({ chatId, events: [], next: recovery.turn });
      return true;
    }
    const { isRepeated } = recovery;
    const code = isRepeated ? 'TURN_REPEATED' : 'TURN_INTERRUPTED';
    const error = { code, detail: 'The instance that ran this turn stopped.' };
    const ended = await this.endings.endTurn({ ...interruptionOf(orphan, error), isRepeated, isLost: true });
    if (ended.kind === 'fenced') return false;
    this.logger.warn({ turnId }, 'A turn of a dead instance was sealed');
    this.runner.afterCommit({ chatId, events: ended.events, next: ended.next });
    return true;
  }
}
