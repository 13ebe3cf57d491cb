import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { QueueRepository } from './queue.repository.js';
import { TakeoverSockets } from '../socket/takeover-sockets.service.js';

const LOOK_EVERY_MS = 1000;

/**
 * Looks at the queue while somebody is connected here, and tells agents that it changed and customers their place in line. Whoever
 * changes the queue on this instance asks for a look at once.
 */
@Injectable()
export class QueueWatcher implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(QueueWatcher.name);
  private readonly toldPositions = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private signature = '';
  private looking: Promise<void> | null = null;

  constructor(
    private readonly queue: QueueRepository,
    private readonly sockets: TakeoverSockets,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.looking;
  }

  /** Never fails: who misses a hint sees the queue a moment later. */
  async look(): Promise<void> {
    if (this.sockets.local().length === 0) return;
    await (this.looking ??= this.compare()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'Looking at the queue failed; trying again'))
      .finally(() => (this.looking = null)));
  }

  private async compare(): Promise<void> {
    const { waiting, held, signature } = await this.queue.summarize();
    if (signature === this.signature) return;
    this.tellPositions(await this.queue.findPositions(waiting === 0 ? [] : this.sockets.localChatIds()));
    this.signature = signature;
    this.sockets.tellQueue({ waiting, held });
  }

  private tellPositions(positions: ReadonlyMap<string, number>): void {
    for (const [chatId, position] of positions) {
      if (this.toldPositions.get(chatId) === position) continue;
      this.toldPositions.set(chatId, position);
      this.sockets.tellPosition(chatId, position);
    }
    for (const chatId of this.toldPositions.keys()) if (!positions.has(chatId)) this.toldPositions.delete(chatId);
  }
}
