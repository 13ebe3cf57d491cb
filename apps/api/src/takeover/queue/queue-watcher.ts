import { WorkLoop } from '@app/common';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { QueueRepository } from './queue.repository.js';
import { TakeoverSockets } from '../socket/takeover-sockets.js';

const REFRESH_EVERY_MS = 1000;

/**
 * Reads the queue while a socket is connected here, and notifies agents when it changed and customers of their place in line. Services
 * that change the queue on this instance ask for a refresh at once.
 */
@Injectable()
export class QueueWatcher implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop = new WorkLoop('Refreshing the queue', REFRESH_EVERY_MS, () => this.compare());
  private readonly notifiedPositions = new Map<string, number>();
  private signature = '';

  constructor(
    private readonly queue: QueueRepository,
    private readonly sockets: TakeoverSockets,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** Never fails: a client that misses a notification sees the queue a moment later. */
  refresh(): Promise<void> {
    return this.loop.run();
  }

  private async compare(): Promise<void> {
    if (this.sockets.local().length === 0) return;
    const { waiting, held, signature } = await this.queue.summarize();
    if (signature === this.signature) return;
    this.notifyPositions(await this.queue.findPositions(waiting === 0 ? [] : this.sockets.localChatIds()));
    this.signature = signature;
    this.sockets.notifyQueue({ waiting, held });
  }

  private notifyPositions(positions: ReadonlyMap<string, number>): void {
    for (const [chatId, position] of positions) {
      if (this.notifiedPositions.get(chatId) === position) continue;
      this.notifiedPositions.set(chatId, position);
      this.sockets.notifyPosition(chatId, position);
    }
    for (const chatId of this.notifiedPositions.keys())
      if (!positions.has(chatId)) this.notifiedPositions.delete(chatId);
  }
}
