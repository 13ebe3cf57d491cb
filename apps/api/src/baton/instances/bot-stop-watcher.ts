import { AppConfig, WorkLoop } from '@app/common';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { BotStopService } from '../../bots/index.js';
import type { AppEvents } from '../../events.js';
import { BOTS_STOPPED } from '../turns/running/live-turn.js';
import { LiveTurns } from '../turns/running/live-turns.js';

const CHECK_MS = 250;

/** Interrupts the running turns when an administrator stops all bots: at once on the instance that received the request, within a second on the others. */
@Injectable()
export class BotStopWatcher implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop = new WorkLoop('Reading whether bots are stopped', CHECK_MS, () => this.check());

  constructor(
    private readonly config: AppConfig,
    private readonly botStop: BotStopService,
    private readonly live: LiveTurns,
  ) {}

  onApplicationBootstrap(): void {
    // With an embedded database there is no other instance.
    if (this.config.database.url !== null) this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  @OnEvent('bots.stopped')
  onBotsStopped({ isStopped }: AppEvents['bots.stopped']): void {
    if (isStopped) this.live.stopAll(BOTS_STOPPED);
  }

  private async check(): Promise<void> {
    if (this.live.turnIds().length > 0) this.onBotsStopped({ isStopped: await this.botStop.isStopped() });
  }
}
