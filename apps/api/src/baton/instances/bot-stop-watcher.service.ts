import { AppConfig } from '@app/common';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { BotStopService } from '../../bots/index.js';
import type { AppEvents } from '../../events.js';
import { BOTS_STOPPED } from '../turns/running/live-turn.js';
import { TurnRunner } from '../turns/running/turn-runner.service.js';

const LOOK_MS = 250;

/** Ends the running turns when somebody stops all bots: at once on the instance that was asked, within a second on the others. */
@Injectable()
export class BotStopWatcher implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(BotStopWatcher.name);
  private timer: NodeJS.Timeout | null = null;
  private isLooking = false;

  constructor(
    private readonly config: AppConfig,
    private readonly botStop: BotStopService,
    private readonly runner: TurnRunner,
  ) {}

  onApplicationBootstrap(): void {
    // An embedded database has no other instance that could throw the switch.
    if (this.config.database.url !== null) this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  @OnEvent('bots.stopped')
  obey({ isStopped }: AppEvents['bots.stopped']): void {
    if (isStopped) this.runner.stopAll(BOTS_STOPPED);
  }

  private async look(): Promise<void> {
    if (this.isLooking || this.runner.runningTurnIds().length === 0) return;
    this.isLooking = true;
    try {
      this.obey({ isStopped: await this.botStop.isStopped() });
    } catch (error) {
      this.logger.warn({ err: error }, 'Whether bots are stopped could not be read; trying again');
    } finally {
      this.isLooking = false;
    }
  }
}
