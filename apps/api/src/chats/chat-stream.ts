import type { StreamEventData } from '@app/contracts';
import { Readable } from 'node:stream';
import type { LogPosition } from './chat-follower.js';
import type { LogItem } from './chat-log.hub.js';

/** A reader that lets this much pile up is let go; it comes back and resumes. */
const MAX_BUFFERED_BYTES = 1_048_576;

/** One reader's Server-Sent Events. Frames of one turn of the event loop go out as one write. */
export class ChatStream extends Readable {
  private frames: string[] = [];

  constructor() {
    super({ highWaterMark: 65_536, read: () => undefined });
    // The first byte sends the headers: a reader knows that it is connected before anything happens.
    this.push(': connected\n\n');
  }

  sendItem(item: LogItem, { seq, offset }: LogPosition, json = item.json): void {
    const type = item.kind === 'event' ? item.event.type : 'message.delta';
    this.queue(`id: ${seq}:${offset}\nevent: ${type}\ndata: ${json}\n\n`);
  }

  /** An event without a number. */
  sendNotice<Type extends Exclude<keyof StreamEventData, 'message.delta'>>(
    type: Type,
    data: StreamEventData[Type],
  ): void {
    this.queue(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  sendHeartbeat(): void {
    this.queue(': \n\n');
  }

  finish(): void {
    this.flush();
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  private queue(frame: string): void {
    if (this.destroyed) return;
    if (this.frames.push(frame) === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    if (this.frames.length === 0 || this.destroyed) return;
    const text = this.frames.join('');
    this.frames = [];
    if (this.readableLength > MAX_BUFFERED_BYTES) {
      this.push('event: stream.closed\ndata: {"reason":"slow_reader"}\n\n');
      this.push(null);
      return;
    }
    this.push(text);
  }
}
