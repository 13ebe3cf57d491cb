import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ChannelWatch } from '../../chats/index.js';
import { ConversationsService } from './conversations.service.js';
import { SimpleChatConfig } from './simple-chat.config.js';
import { writeWhole } from './write-whole.js';

const SHORTEST_PAUSE_MS = 1000;
/** Of a large log, which takes long to write, no more than a tenth of the time is spent on it. */
const PAUSE_PER_WRITE = 10;

/**
 * Keeps the conversation log as a file, when one is configured: rewritten at the start and some time after a change, never by two
 * at once. A file that cannot be written is logged and fails no request.
 */
@Injectable()
export class ConversationsFile implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Conversations');
  private readonly path: string | null;
  private isStale = false;
  private timer?: NodeJS.Timeout;
  private writing: Promise<void> | null = null;
  private pauseMs = SHORTEST_PAUSE_MS;

  constructor(
    config: SimpleChatConfig,
    private readonly conversations: ConversationsService,
    private readonly watch: ChannelWatch,
  ) {
    this.path = config.conversationsFile;
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.path === null) return;
    this.isStale = true;
    void this.write(this.path);
    await this.watch.follow('simple-chat', { changed: () => undefined, deleted: () => this.changed() });
  }

  /** Something was said or deleted: the file follows soon. */
  changed(): void {
    if (this.path === null) return;
    this.isStale = true;
    this.schedule(this.path);
  }

  /** What was said last is written before the server goes. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.path === null) return;
    await this.writing;
    clearTimeout(this.timer);
    if (this.isStale) await this.write(this.path);
  }

  private schedule(path: string): void {
    if (this.timer !== undefined || this.writing !== null) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.write(path);
    }, this.pauseMs).unref();
  }

  private async write(path: string): Promise<void> {
    this.isStale = false;
    const began = performance.now();
    this.writing = writeWhole(path, this.conversations.write()).catch((error: unknown) => {
      this.logger.error(`${path} could not be written: ${(error as Error).message}`);
    });
    await this.writing;
    this.writing = null;
    this.pauseMs = Math.max(SHORTEST_PAUSE_MS, PAUSE_PER_WRITE * (performance.now() - began));
    if (this.isStale) this.schedule(path);
  }
}
