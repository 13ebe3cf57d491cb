import { AppConfig, WorkLoop } from '@app/common';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { BotStopService } from '../../bots/index.js';
import type { AppEvents } from '../../events.js';
import { BOTS_STOPPED } from '../turns/running/live-turn.js';
import { TurnRunner } from '../turns/running/turn-runner.service.js';

const CHECK_MS = 250;

/** Ends the running turns when somebody stops all bots: at once on the instance that was asked, within a second on the others. */
@Injectable()
export class BotStopWatcher implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop = new WorkLoop('Reading whether bots are stopped', CHECK_MS, () => this.check());

  constructor(
    private readonly config: AppConfig,
    private readonly botStop: BotStopService,
    private readonly runner: TurnRunner,
  ) {}

  onApplicationBootstrap(): void {
    // An embedded database has no other instance that could throw the switch.
    if (this.config.database.url !== null) this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  @OnEvent('bots.stopped')
  obey({ isStopped }: AppEvents['bots.stopped']): void {
    if (isStopped) this.runner.stopAll(BOTS_STOPPED);
  }

  private async check(): Promise<void> {
    if (this.runner.runningTurnIds().length > 0) this.obey({ isStopped: await this.botStop.isStopped() });
  }
}
