import type { StreamEventData } from '@app/contracts';
import { StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';

/** A reader that lets this much pile up is let go; it comes back and resumes. */
const MAX_BUFFERED_BYTES = 1_048_576;

export const EVENT_STREAM_TYPE = 'text/event-stream; charset=utf-8';

/** What stands between us ends a connection on which nothing comes for long. */
const HEARTBEAT_MS = 15_000;

/** One reader's Server-Sent Events. Frames of one turn of the event loop go out as one write. */
export class EventStream extends Readable {
  private readonly heartbeat = setInterval(() => this.send(': \n\n'), HEARTBEAT_MS).unref();
  private frames: string[] = [];
  private isEnding = false;

  constructor() {
    super({ highWaterMark: 65_536, read: () => undefined });
    // The first byte sends the headers: a reader knows that it is connected before anything happens.
    this.push(': connected\n\n');
  }

  /** A frame as the format wants it, with its empty line. */
  send(frame: string): void {
    if (this.destroyed || this.isEnding) return;
    if (this.frames.push(frame) === 1) setImmediate(() => this.flush());
  }

  finish(): void {
    this.flush();
    this.end();
  }

  /** What a handler answers with. */
  asFile(): StreamableFile {
    return new StreamableFile(this, { type: EVENT_STREAM_TYPE });
  }

  /** Ends the stream although more would follow, and says why. What is still on its way to the reader may get lost. */
  cut(reason: StreamEventData['stream.closed']['reason']): void {
    if (this.destroyed || this.isEnding) return;
    this.frames = [];
    this.push(`event: stream.closed\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.end();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.heartbeat);
    done(error);
  }

  private flush(): void {
    if (this.frames.length === 0 || this.destroyed) return;
    const text = this.frames.join('');
    this.frames = [];
    if (this.readableLength > MAX_BUFFERED_BYTES) this.cut('slow_reader');
    else this.push(text);
  }

  private end(): void {
    if (this.destroyed || this.isEnding) return;
    this.isEnding = true;
    this.push(null);
  }
}
